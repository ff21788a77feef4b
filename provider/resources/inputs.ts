import { z } from "zod";
import { brokenRules } from "../migrate/option-rules";
import { migrationOptions } from "../migrate/options";
import { rules } from "../preflight";
import { waiverProblems } from "../preflight/waivers";
import { readDefinition } from "./definition";

/*
 * What each property of the resources may be. A message says what is expected; the check puts "expected" before it, and
 * what was found behind it.
 */

/** libvirt allows more; these need no quoting anywhere, and no digits alone, which virsh takes for an ID. */
const domainName = z
  .string("a name")
  .regex(
    /^(?!\d+$)[A-Za-z0-9_][A-Za-z0-9_.+-]{0,62}$/,
    "letters, digits and _ . + - (63 at most, not digits alone), beginning with no dot or dash",
  );

const hostName = z
  .string("a host name")
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/,
    "a host name or address as the other hosts resolve it",
  );

const port = z.int("a port number").min(1, "a port number").max(65_535, "a port number");

const text = (what: string) => z.string(what).min(1, what);

export const hostConnection = z.object(
  {
    name: hostName,
    address: text("an address or name that this machine reaches"),
    port,
    user: text("the user who logs in"),
    privateKey: text("the private key that opens it"),
    hostKey: text("the host's public key: ssh-ed25519 AAAA…"),
  },
  "a host: name, address, port, user, privateKey, hostKey",
);

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
    memory: z.string("a path").startsWith("/", "an absolute path").optional(),
    startOn: hostName,
    readyTimeoutSeconds: seconds,
    ...place,
  })
  .superRefine((inputs, context) => {
    amongHosts(inputs, "startOn", inputs.startOn, context);
    observed(inputs, context);
    const definition = readDefinition(inputs.definition);
    const complain = (message: string) => context.addIssue({ code: "custom", path: ["definition"], message });
    if (typeof definition === "string") complain(definition);
    else if (definition.name !== inputs.name)
      complain(`a definition of ${inputs.name}; it defines ${definition.name}`);
  });
export type GuestInputs = z.output<typeof guestInputs>;

/** Codes of preflight's rules that shall not stop a move. */
const waive = z
  .array(z.string("a code: KVM-…"), "a list of codes")
  .default([])
  .superRefine((codes, context) => {
    const known = rules.map(({ code }) => code);
    for (const message of waiverProblems(codes, known)) context.addIssue({ code: "custom", message });
  });

export const migrationInputs = z
  .object({
    guest: domainName,
    to: hostName,
    onDelete: z.enum(["leave", "return"], "leave or return"),
    timeoutSeconds: seconds,
    options: migrationOptions.prefault({}),
    maxOutgoing: z.int("a number of moves").min(1, "at least one move"),
    waive,
    ...place,
  })
  .superRefine((inputs, context) => {
    amongHosts(inputs, "to", inputs.to, context);
    observed(inputs, context);
    for (const { option, expected, source } of brokenRules(inputs.options)) {
      const message = `${expected} (${source})`;
      context.addIssue({
        code: "custom",
        path: ["options", ...option],
        message,
        params: { about: "options" },
      });
    }
  });
export type MigrationInputs = z.output<typeof migrationInputs>;

export const sshKeyPairInputs = z.object({
  comment: z.string("a text").regex(/^[ -~]{0,100}$/, "at most 100 printable characters"),
});

type Context = z.core.$RefinementCtx;

function amongHosts({ hosts }: Placed, property: string, name: string, context: Context): void {
  if (hosts.some((host) => host.name === name)) return;
  const message = `one of the hosts: ${hosts.map((host) => host.name).join(", ")}`;
  context.addIssue({ code: "custom", path: [property], message, params: { about: "hosts" } });
}

function observed({ observer, probe }: Placed, context: Context): void {
  if (probe === undefined || observer !== undefined) return;
  const message = "the host whose network reaches the guest: the probe is asked from there";
  context.addIssue({ code: "custom", path: ["observer"], message });
}
