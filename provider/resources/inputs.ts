import { z } from "zod";
import { domainName, domainReference, isUuid } from "../host/domain-name";
import { asWord } from "../host/shell-quote";
import { measureOptions } from "../measure/measure-options";
import { withLimits } from "../migrate/inputs-of-guest";
import { brokenRules } from "../migrate/option-rules";
import { exactly, type MigrationOptions, migrationOptions } from "../migrate/options";
import { rules } from "../preflight";
import { waiverProblems } from "../preflight/waivers";
import { readDefinition } from "./definition";

/*
 * What each property of the resources may be. A message says what is expected; the check puts "expected" before it, and
 * what was found behind it.
 */

const hostName = z
  .string("a host name")
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/,
    "a host name or address as the other hosts resolve it",
  );

const port = z.int("a port number").min(1, "a port number").max(65_535, "a port number");

const text = (what: string) => z.string(what).min(1, what);

const filePath = z.string("a path").regex(/^(~\/|\/)/, "a path: /… or ~/…");

export const hostConnection = z
  .object(
    {
      name: hostName,
      address: text("an address or name that this machine reaches"),
      port: port.optional(),
      user: text("the user who logs in").optional(),
      privateKey: text("the private key that opens it").optional(),
      privateKeyFile: filePath.optional(),
      passphrase: text("the passphrase of the private key").optional(),
      agent: filePath.optional(),
      hostKey: text("the host's public key: ssh-ed25519 AAAA…").optional(),
      sshConfig: z.union([z.boolean(), filePath], "true, or a path: /… or ~/…").optional(),
      sudo: z.boolean("true or false").optional(),
    },
    "a host: name, address, port, user, hostKey, and privateKey, privateKeyFile, agent or sshConfig",
  )
  .superRefine(({ user, privateKey, privateKeyFile, passphrase, sshConfig = false }, context) => {
    if (user === undefined && sshConfig === false)
      complain(context, ["user"], "the user who logs in, or sshConfig");
    if (privateKey !== undefined && privateKeyFile !== undefined)
      complain(context, ["privateKeyFile"], "privateKey or privateKeyFile, not both");
    if (passphrase !== undefined && (privateKey ?? privateKeyFile) === undefined && sshConfig === false)
      complain(context, ["passphrase"], "privateKey or privateKeyFile with a passphrase");
  });

export const probeEndpoint = z.object(
  { address: text("the guest's address"), port },
  "where the probe answers: address, port",
);

const hosts = z
  .array(hostConnection, "a list of hosts")
  .min(1, "at least one host")
  .refine(
    (list) => new Set(list.map(({ name }) => name)).size === list.length,
    "each host once, by its name",
  );

/** What Guest and Migration both take. */
const place = {
  hosts,
  observer: hostConnection.optional(),
  probe: probeEndpoint.optional(),
};

interface Placed {
  readonly hosts: readonly { readonly name: string }[];
  readonly observer?: unknown;
  readonly probe?: unknown;
}

const seconds = z
  .int("whole seconds")
  .min(1, "seconds, from 1 to 86400")
  .max(86_400, "seconds, from 1 to 86400");

export const guestInputs = z
  .object({
    name: domainName,
    definition: text("libvirt's domain XML"),
    startOn: hostName,
    readyTimeoutSeconds: seconds,
    ownsUuid: z.boolean("true or false").default(false),
    ...place,
  })
  .superRefine((inputs, context) => {
    amongHosts(inputs, "startOn", inputs.startOn, context);
    observed(inputs, context);
    const definition = readDefinition(inputs.definition);
    if (typeof definition === "string") complain(context, ["definition"], definition);
    else if (definition.name !== inputs.name) {
      const message = `a definition of ${inputs.name}; it defines ${definition.name}`;
      complain(context, ["definition"], message);
    }
  });
export type GuestInputs = z.output<typeof guestInputs>;

/** Codes of preflight's rules that should not stop a move. */
const waive = z
  .array(z.string("a code: KVM-…"), "a list of codes")
  .default([])
  .superRefine((codes, context) => {
    const known = rules.map(({ code }) => code);
    for (const message of waiverProblems(codes, known)) context.addIssue({ code: "custom", message });
  });

/** What Migration and Drain both take. */
const moving = {
  to: hostName.optional(),
  onDelete: z.enum(["leave", "return"], "leave or return"),
  timeoutSeconds: seconds,
  options: migrationOptions.prefault({}),
  maxOutgoing: z.int("a number of moves").min(1, "at least one move"),
  waive,
};

export const migrationInputs = z
  .object({ guest: domainReference, ...moving, ...place, measure: measureOptions.optional() })
  .superRefine((inputs, context) => {
    if (inputs.to !== undefined) amongHosts(inputs, "to", inputs.to, context);
    else if (inputs.hosts.length < 2) complain(context, ["hosts"], "two hosts at least, where to names none");
    observed(inputs, context);
    optionsFit(inputs.options, context);
    if (!isUuid(inputs.guest)) keepsName(inputs.options, givenByName(inputs.guest), context);
  });
export type MigrationInputs = z.output<typeof migrationInputs>;

const isOnceEach = (names: readonly string[]) => new Set(names).size === names.length;

const guestNames = z
  .array(domainReference, "a list of names or UUIDs")
  .min(1, "at least one guest")
  .refine(isOnceEach, "each guest once");

const moment = z.iso.datetime({ offset: true, error: "a time with its offset: 2026-12-01T22:00:00+08:00" });

const guestGroup = z
  .array(domainReference, "a list of names or UUIDs")
  .min(2, "two guests at least")
  .refine(isOnceEach, "each guest once");

const guestGroups = z.array(guestGroup, "a list of groups of guests").default([]);

/** What ends or slows down one guest's move, where it is not as for all. */
const guestLimits = exactly("limits of a guest's move", {
  timeoutSeconds: seconds.optional(),
  bandwidthMiBps: migrationOptions.shape.bandwidthMiBps,
  maxDowntimeMs: migrationOptions.shape.maxDowntimeMs,
});
export type GuestLimits = z.output<typeof guestLimits>;

export const drainInputs = z
  .object({
    host: hostName,
    hosts,
    guests: guestNames.optional(),
    notBefore: moment.optional(),
    notAfter: moment.optional(),
    antiAffinity: guestGroups,
    affinity: guestGroups,
    observer: hostConnection.optional(),
    probes: z
      .record(domainReference, probeEndpoint, "where each guest's probe answers, by its name or UUID")
      .optional(),
    guestLimits: z
      .record(domainReference, guestLimits, "the limits of guests' moves, by their names or UUIDs")
      .optional(),
    ...moving,
  })
  .superRefine((inputs, context) => {
    const { host, hosts: all, to, options, guestLimits: limits = {} } = inputs;
    amongHosts(inputs, "host", host, context);
    if (to !== undefined) amongHosts(inputs, "to", to, context);
    if (to === host) complain(context, ["to"], "another host than the one that is emptied", "host");
    if (all.length < 2) complain(context, ["hosts"], "another host beside the one that is emptied");
    const { notBefore, notAfter } = inputs;
    if (notBefore !== undefined && notAfter !== undefined && Date.parse(notBefore) >= Date.parse(notAfter))
      complain(context, ["notAfter"], `a time after notBefore, ${notBefore}`, "notBefore");
    observed({ ...inputs, probe: inputs.probes }, context);
    const active = "a way to move guests that run: a drain leaves those alone that are shut off";
    if (options.mode === "offline") complain(context, ["options", "mode"], active);
    optionsFit(options, context);
    for (const [guest, limit] of Object.entries(limits)) limitsFit(options, guest, limit, context);
    keepsName(
      options,
      "no new name for all guests of a host: move the one by a Migration of its own",
      context,
    );
  });
export type DrainInputs = z.output<typeof drainInputs>;

export const sshKeyPairInputs = z.object({
  comment: z.string("a text").regex(/^[ -~]{0,100}$/, "at most 100 printable characters"),
});

export const randomSecretInputs = z.object({
  length: z.int("a whole number").min(12, "at least 12").max(64, "at most 64"),
});

type Context = z.core.$RefinementCtx;

/** `about`: the property that the complaint hangs on too: while that is unknown, nothing is wrong yet. */
function complain(context: Context, path: readonly string[], message: string, about?: string): void {
  context.addIssue({
    code: "custom",
    path: [...path],
    message,
    params: about === undefined ? {} : { about },
  });
}

function amongHosts({ hosts }: Placed, property: string, name: string, context: Context): void {
  if (hosts.some((host) => host.name === name)) return;
  complain(context, [property], `one of the hosts: ${hosts.map((host) => host.name).join(", ")}`, "hosts");
}

function observed({ observer, probe }: Omit<Placed, "hosts">, context: Context): void {
  if (probe === undefined || observer !== undefined) return;
  complain(context, ["observer"], "the host whose network reaches the guest: the probe is asked from there");
}

function optionsFit(options: MigrationOptions, context: Context): void {
  for (const { option, expected, source } of brokenRules(options))
    complain(context, ["options", ...option], `${expected} (${source})`, "options");
}

/** What does not go together only because of a guest's own limits: what is wrong for all is said once. */
function limitsFit(options: MigrationOptions, guest: string, limits: GuestLimits, context: Context): void {
  const known = new Set(brokenRules(options).map(({ expected }) => expected));
  for (const { expected, source } of brokenRules(withLimits(options, limits)).filter(
    (rule) => !known.has(rule.expected),
  ))
    complain(context, ["guestLimits", guest], `${expected} (${source})`, "options");
}

function givenByName(guest: string): string {
  return `no new name for a guest that is given by its name, because under another it would be lost: give its UUID as guest (virsh domuuid ${asWord(guest)})`;
}

function keepsName({ newName }: MigrationOptions, message: string, context: Context): void {
  if (newName !== undefined) complain(context, ["options", "newName"], message, "guest");
}
