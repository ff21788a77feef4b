import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { closest } from "fastest-levenshtein";
import type { HostConnection } from "kvmlab-provider/host/host-connection";
import { measurementFigure } from "kvmlab-provider/measure/measurement-schema";
import { hostConnection } from "kvmlab-provider/resources/inputs";
import { z } from "zod";
import { LabError } from "../errors/lab-error";
import { findHypervisor, hypervisorFolders } from "../machines/hypervisor";
import { storageKinds } from "../stacks/topology/storage-kinds";
import { storageServer } from "../stacks/topology/topology";
import { exists } from "../toolchain/cache";
import type { LabStack } from "./lab-stack";

const proofSchema = z.object({
  name: z.string(),
  verdict: z.enum(["proved", "failed", "unproved"]),
  facts: z.string(),
});

const waivedSchema = z.object({ code: z.string(), found: z.string() });

const guestSchema = z.object({
  name: z.string(),
  address: z.string(),
  // A lab that was built before it was told has it not.
  acceleration: z.string().default("not known"),
  runningOn: z.string(),
  // libvirt's word for it. A lab that was built before it was told has it not.
  state: z.string().default("running"),
});

const migrationSchema = z.object({
  runningOn: z.string(),
  moved: z.boolean(),
  from: z.string(),
  totalTimeMs: z.number(),
  jobTimeMs: z.number(),
  downtimeMs: z.number(),
  dataMovedMiB: z.number(),
  proofs: z.array(proofSchema),
  // A lab that was built before there were any has none.
  waived: z.array(waivedSchema).default([]),
  command: z.string(),
  migratedAt: z.string(),
  // A lab that was built before moves were measured has none.
  measurement: measurementFigure.default({ missing: "this lab was built before moves were measured" }),
});

/** What the program says of a lab (index.ts's outputs). */
export const outputsSchema = z.object({
  hypervisor: z.string(),
  hosts: z.array(hostConnection),
  // A lab that was built before there were bare ones has it not.
  start: z.enum(["ready", "bare"]).default("ready"),
  addresses: z.record(z.string(), z.string()),
  // Of the servers that the lab's own images are of.
  releases: z.record(z.string(), z.string()).default({}),
  share: z.object({
    // A lab that was built before there was another kind has it not.
    kind: z.enum(storageKinds).default("nfs"),
    server: z.string(),
    path: z.string(),
    mountPoint: z.string(),
  }),
  // Only where a name server has the names.
  names: z.object({ server: z.string(), domain: z.string(), unit: z.string().optional() }).optional(),
  // The first of guests; a bare lab has none.
  guest: guestSchema.optional(),
  migration: migrationSchema.optional(),
  // A lab that was built before there could be several has the one.
  guests: z.array(z.object({ guest: guestSchema, migration: migrationSchema })).optional(),
});
export const labOutputs = outputsSchema.transform(({ guests, ...outputs }) => {
  const { guest, migration } = outputs;
  return { ...outputs, guests: guests ?? (guest && migration ? [{ guest, migration }] : []) };
});
export type LabOutputs = z.output<typeof labOutputs>;
/** A guest, and its last move. */
export type PlacedGuest = LabOutputs["guests"][number];

/** Those of a lab's servers that run guests. */
export function kvmHosts(hosts: readonly HostConnection[]): readonly HostConnection[] {
  return hosts.filter(({ name }) => name !== storageServer);
}

/** The next host in their order, after the last the first: the first for a guest that is on none. */
export function hostAfter(name: string, hosts: readonly { readonly name: string }[]): string {
  const names = hosts.map((host) => host.name);
  return names[(names.indexOf(name) + 1) % names.length] ?? name;
}

/** What the commands know of a lab between two runs of the engine. */
export interface KnownLab {
  /** Those of its servers that answered SSH when it was built. */
  readonly hosts: readonly HostConnection[];
  /** Undefined when the lab was not built to its end. */
  readonly outputs?: LabOutputs;
}

/** Keeps a lab's outputs, its keys among them, for the commands that follow: readable by this user only. */
export async function keepOutputs(stack: LabStack, json: string): Promise<LabOutputs> {
  const outputs = labOutputs.parse(JSON.parse(json));
  await keepHosts(stack, outputs.hosts);
  await writeFile(outputsFile(stack), json, { mode: 0o600 });
  return outputs;
}

/** Keeps how the servers are reached, for a lab that has no outputs. */
export async function keepHosts(stack: LabStack, hosts: readonly HostConnection[]): Promise<void> {
  await mkdir(stack.folder, { recursive: true });
  await writeFile(hostsFile(stack), JSON.stringify(hosts), { mode: 0o600 });
  await writeFile(keyFile(stack), hosts[0]?.privateKey ?? "", { mode: 0o600 });
  const known = hosts.map(
    ({ name, hostKey = "" }) => `${name} ${hostKey.split(" ").slice(0, 2).join(" ")}\n`,
  );
  await writeFile(knownHostsFile(stack), known.join(""));
}

/**
 * What is known of a lab.
 *
 * @throws LabError KVM-905 when it is not up
 */
export async function knownLab(stack: LabStack): Promise<KnownLab> {
  const { record } = hypervisorFolders(stack.name);
  if ((await exists(record)) && !(await findHypervisor(stack.name)))
    throw notUp(stack, "its private hypervisor has ended, as it does when this machine restarts");
  const outputs = labOutputs.safeParse(await readJson(outputsFile(stack)));
  const hosts = z
    .array(hostConnection)
    .min(1)
    .safeParse(await readJson(hostsFile(stack)));
  // After a run that failed the hosts are newer than the outputs.
  if (outputs.success) return { hosts: hosts.data ?? outputs.data.hosts, outputs: outputs.data };
  if (hosts.success) return { hosts: hosts.data };
  throw notUp(stack, "it was not built, or none of its servers answered yet");
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, "utf8").catch(() => "null"));
}

function notUp(stack: LabStack, found: string): LabError {
  return new LabError({
    code: "KVM-905",
    expected: `the lab ${stack.name} to be up`,
    found,
    fix: `./lab up ${stack.name}`,
  });
}

/**
 * One of the lab's servers by name.
 *
 * @throws LabError KVM-906
 */
export function hostOf(hosts: readonly HostConnection[], name: string): HostConnection {
  const among = hosts.map((host) => host.name);
  const host = hosts.find((candidate) => candidate.name === name);
  if (host) return host;
  throw new LabError({
    code: "KVM-906",
    expected: `one of ${among.join(", ")}`,
    found: name,
    fix: `did you mean ${closest(name, among)}?`,
  });
}

/**
 * One of the lab's guests by name; the first where none is named.
 *
 * @throws LabError KVM-908
 */
export function guestNamed<Guest extends { readonly name: string }>(
  guests: readonly Guest[],
  name?: string,
): Guest {
  const guest = name === undefined ? guests[0] : guests.find((one) => one.name === name);
  if (guest !== undefined) return guest;
  if (name === undefined) throw new Error("a lab without a guest");
  const among = guests.map((one) => one.name);
  throw new LabError({
    code: "KVM-908",
    expected: `one of the lab's guests: ${among.join(", ")}`,
    found: name,
    fix: `did you mean ${closest(name, among)}?`,
  });
}

/** The arguments of OpenSSH's `ssh` for one of the servers: its key known, its user's key given where it is not an agent's, no question asked. */
export function sshArguments(stack: LabStack, host: HostConnection): string[] {
  // A lab's servers have all of them; the type is that of any host.
  const { address, port = 22, user = "root" } = host;
  return [
    ...(host.privateKey === undefined ? [] : ["-i", keyFile(stack), "-o", "IdentitiesOnly=yes"]),
    ...["-o", `UserKnownHostsFile=${knownHostsFile(stack)}`],
    ...["-o", `HostKeyAlias=${host.name}`, "-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=15"],
    ...["-o", "LogLevel=ERROR", "-p", String(port), `${user}@${address}`],
  ];
}

/** What every program of SSH needs to log in to a lab's servers, beside where these are. */
export function sshFiles(stack: LabStack): { readonly key: string; readonly knownHosts: string } {
  return { key: keyFile(stack), knownHosts: knownHostsFile(stack) };
}

function outputsFile(stack: LabStack): string {
  return join(stack.folder, "outputs.json");
}

function hostsFile(stack: LabStack): string {
  return join(stack.folder, "hosts.json");
}

function keyFile(stack: LabStack): string {
  return join(stack.folder, "operator-key");
}

function knownHostsFile(stack: LabStack): string {
  return join(stack.folder, "known_hosts");
}
