import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { closest } from "fastest-levenshtein";
import { z } from "zod";
import { LabError } from "../errors/lab-error";
import type { HostConnection } from "../provider/host/host-connection";
import { hostConnection } from "../provider/resources/inputs";
import type { LabStack } from "./lab-stack";

const proofSchema = z.object({
  name: z.string(),
  verdict: z.enum(["proved", "failed", "unproved"]),
  facts: z.string(),
});

/** What the program says of a lab (index.ts's outputs). */
export const outputsSchema = z.object({
  hypervisor: z.string(),
  hosts: z.array(hostConnection),
  addresses: z.record(z.string(), z.string()),
  share: z.object({ server: z.string(), path: z.string(), mountPoint: z.string() }),
  guest: z.object({ name: z.string(), address: z.string(), runningOn: z.string() }),
  migration: z.object({
    runningOn: z.string(),
    moved: z.boolean(),
    from: z.string(),
    totalTimeMs: z.number(),
    jobTimeMs: z.number(),
    downtimeMs: z.number(),
    dataMovedMiB: z.number(),
    proofs: z.array(proofSchema),
    command: z.string(),
    migratedAt: z.string(),
  }),
});
export type LabOutputs = z.output<typeof outputsSchema>;

const file = (stack: LabStack) => join(stack.folder, "outputs.json");

/** Keeps a lab's outputs, its keys among them, for the commands that follow: readable by this user only. */
export async function keepOutputs(stack: LabStack, json: string): Promise<LabOutputs> {
  const outputs = outputsSchema.parse(JSON.parse(json));
  await mkdir(stack.folder, { recursive: true });
  await writeFile(file(stack), json, { mode: 0o600 });
  await writeFile(keyFile(stack), outputs.hosts[0]?.privateKey ?? "", { mode: 0o600 });
  const known = outputs.hosts.map(
    ({ name, hostKey }) => `${name} ${hostKey.split(" ").slice(0, 2).join(" ")}\n`,
  );
  await writeFile(knownHostsFile(stack), known.join(""));
  return outputs;
}

/**
 * The outputs of a lab that is up.
 *
 * @throws LabError KVM-905 when it is not
 */
export async function outputsOf(stack: LabStack): Promise<LabOutputs> {
  const text = await readFile(file(stack), "utf8").catch(() => undefined);
  if (text !== undefined) return outputsSchema.parse(JSON.parse(text));
  throw new LabError({
    code: "KVM-905",
    expected: `the lab ${stack.name} to be up`,
    found: "it was not built, or not to its end",
    mend: `./lab up ${stack.name}`,
  });
}

/** One of the lab's servers by name. */
export function hostOf(outputs: LabOutputs, name: string): HostConnection {
  const host = outputs.hosts.find((candidate) => candidate.name === name);
  if (host) return host;
  const names = outputs.hosts.map((candidate) => candidate.name);
  throw new LabError({
    code: "KVM-906",
    expected: `one of the lab's hosts: ${names.join(", ")}`,
    found: name,
    mend: `did you mean ${closest(name, names)}?`,
  });
}

/** The arguments of OpenSSH's `ssh` for one of the servers: its key known, its user's key given, no question asked. */
export function sshArguments(stack: LabStack, host: HostConnection): string[] {
  return [
    ...[
      "-i",
      keyFile(stack),
      "-o",
      "IdentitiesOnly=yes",
      "-o",
      `UserKnownHostsFile=${knownHostsFile(stack)}`,
    ],
    ...["-o", `HostKeyAlias=${host.name}`, "-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=15"],
    ...["-o", "LogLevel=ERROR", "-p", String(host.port), `${host.user}@${host.address}`],
  ];
}

function keyFile(stack: LabStack): string {
  return join(stack.folder, "operator-key");
}

function knownHostsFile(stack: LabStack): string {
  return join(stack.folder, "known_hosts");
}
