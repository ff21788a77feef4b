import { linesOf } from "../../host/sections";
import type { GuestDisk } from "./guest-disk";
import type { NetworkSource, SecretReference } from "./network-source";
import { type PortFacts, portAnswer } from "./reach-facts";

/** What an NBD server says first, to whom it serves. */
const greetings: Readonly<Record<string, string>> = { nbd: "NBDMAGIC" };
/** The exit code where a server takes a connection and does not greet. */
const noGreeting = "3";

/** How a server of a disk took a connection. `mute`: it takes it and says nothing, where it should speak first. */
export interface ServerAnswer extends Pick<PortFacts, "message"> {
  readonly answer: PortFacts["answer"] | "mute";
}

/** What a host knows of a secret. Whether a private one has a value nobody is told. */
export type SecretState = "has a value" | "is private" | "has no value" | "is not defined" | "is not known";

/** What a host says of the disks that QEMU fetches by itself; the keys are the questions. */
export interface NetworkOnHost {
  readonly answers: ReadonlyMap<string, readonly string[]>;
}

export const nothingAsked: NetworkOnHost = { answers: new Map() };

/*
 * The questions. The target is asked all of them; the source has its disks open, and is asked what must be the same there.
 */

export const nameAsked = (host: string) => `name ${host}`;
export const clusterAsked = (file: string) => `cluster ${file}`;
export const keyringsAsked = "keyrings /etc/ceph";
export const driverAsked = (protocol: string) => `driver ${protocol}`;
export const tlsAsked = "tls /etc/libvirt/qemu.conf";
export const serverAsked = (protocol: string, host: string, port: number) =>
  `server ${host} ${port} ${greetings[protocol] ?? ""}`.trim();
export const secretAsked = (secret: SecretReference) =>
  "uuid" in secret ? `secret uuid ${secret.uuid}` : `secret usage ${secret.usage}`;

/** What must be the same on both hosts, as the definition has it. */
export function askedOfBoth(disks: readonly GuestDisk[]): string[] {
  const asked = disks.flatMap(({ network }) =>
    network.flatMap(({ servers, ceph }) => [
      ...servers.map(({ host }) => nameAsked(host)),
      ...(ceph?.configuration === undefined ? [] : [clusterAsked(ceph.configuration)]),
      ...(ceph?.keyring ? [keyringsAsked] : []),
    ]),
  );
  return [...new Set(asked)];
}

/** What the target must have or reach beside that. */
export function askedOfTarget(disks: readonly GuestDisk[]): string[] {
  const asked = disks.flatMap(({ network, secrets }) => [
    ...network.flatMap(({ protocol, servers, tls }) => [
      driverAsked(protocol),
      ...servers.flatMap(({ host, ports }) => ports.map((port) => serverAsked(protocol, host, port))),
      ...(tls ? [tlsAsked] : []),
    ]),
    ...secrets.map(secretAsked),
  ]);
  return [...new Set([...askedOfBoth(disks), ...asked])];
}

/** Reads the answers: lines of the question, ` = ` and one answer. */
export function parseNetwork(section: string | undefined): NetworkOnHost {
  const answers = new Map<string, string[]>();
  for (const line of linesOf(section)) {
    const [question = "", ...words] = line.split(/ =(?: |$)/);
    answers.set(question, [...(answers.get(question) ?? []), words.join(" = ")]);
  }
  return { answers };
}

/** Where a server's name leads to; empty: nowhere. */
export function addressesOf({ answers }: NetworkOnHost, host: string): readonly string[] {
  return [...new Set(answers.get(nameAsked(host)) ?? [])];
}

/** Which cluster Ceph's configuration leads to, by its ID, else by its monitors; undefined where the host has no such file, or it does not say. */
export function clusterOf({ answers }: NetworkOnHost, file: string): string | undefined {
  const said = answers.get(clusterAsked(file));
  return said?.find((line) => line.startsWith("fsid ")) ?? said?.join(", ");
}

export function keyringsOf({ answers }: NetworkOnHost): readonly string[] {
  return answers.get(keyringsAsked) ?? [];
}

/** What QEMU says where it lacks the driver; empty where it has it, undefined where it was not heard. */
export function lackOfDriver({ answers }: NetworkOnHost, protocol: string): string | undefined {
  const said = answers.get(driverAsked(protocol));
  const complaint = said?.find((line) => /Unknown driver|is not whitelisted/.test(line));
  if (complaint !== undefined) return complaint.replace(/^.*driver=[^:]*: /, "");
  return said?.some((line) => line.includes("-drive")) ? "" : undefined;
}

/** How its servers take connections from this host, at each of their ports. */
export function answersOf(
  { answers }: NetworkOnHost,
  { protocol, servers }: NetworkSource,
): readonly (ServerAnswer & { readonly at: string })[] {
  return servers.flatMap(({ host, ports }) =>
    ports.flatMap((port) => {
      const said = answers.get(serverAsked(protocol, host, port))?.[0];
      return said === undefined ? [] : [{ at: `${host}:${port}`, ...serverAnswer(said) }];
    }),
  );
}

function serverAnswer(said: string): ServerAnswer {
  const [code = "", ...words] = said.split(" ");
  if (code === noGreeting) return { answer: "mute", message: "no greeting" };
  return portAnswer(code, words.join(" "));
}

export function secretState({ answers }: NetworkOnHost, secret: SecretReference): SecretState {
  const said = answers.get(secretAsked(secret))?.[0] ?? "";
  if (said.startsWith("0")) return "has a value";
  if (/does not have a value/.test(said)) return "has no value";
  if (/private/.test(said)) return "is private";
  return /not found|no secret/i.test(said) ? "is not defined" : "is not known";
}

/** The folder in which QEMU looks for the authority's certificate, where that is not there. */
export function lackOfAuthority({ answers }: NetworkOnHost): string | undefined {
  const said = answers.get(tlsAsked)?.[0];
  return said?.startsWith("missing ") ? said.slice("missing ".length) : undefined;
}
