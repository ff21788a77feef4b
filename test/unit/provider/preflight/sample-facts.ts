import { evaluate } from "../../../../provider/preflight/evaluate";
import { parseGuestFacts } from "../../../../provider/preflight/facts/guest-state";
import { parseHostFacts } from "../../../../provider/preflight/facts/host-facts";
import type { MoveFacts } from "../../../../provider/preflight/facts/move-facts";
import { parseNetwork } from "../../../../provider/preflight/facts/network-disks";
import { parsePorts, parseSsh } from "../../../../provider/preflight/facts/reach-facts";
import { parseContents, parseStorage } from "../../../../provider/preflight/facts/storage-facts";
import * as texts from "./sample-texts";

type Sections = Readonly<Record<string, string>>;

const ownAddress: Readonly<Record<string, string>> = { source: "10.77.0.11", target: "10.77.0.12" };

/** A host's answer to the first look. `other`: where the other one's name leads to. */
export function host(name: "source" | "target", { other: leadsTo, ...changed }: Sections = {}) {
  const other = name === "source" ? "target" : "source";
  const sections: Sections = {
    version: texts.version(),
    hostname: `${name}\n\n`,
    boot: `boot-of-${name}\n`,
    domains: name === "source" ? `${texts.uuid} guest                         \n\n` : "\n",
    networks: "default\n\n",
    capabilities: texts.capabilities(["qemu"], name),
    secrets: texts.secrets(),
    filters: texts.filters,
    online: "0-3\n0\n",
    swtpm: "/usr/bin/swtpm\n",
    listeners: "00000000:0016\n0100007F:170C\n",
    [`other ${other}`]: leadsTo ?? texts.getent(ownAddress[other] ?? "", other),
    addresses: texts.addresses(ownAddress[name] ?? ""),
    "qemu.conf": "",
    devices: "bridge br0\ndevice ens3\ndevice lo\n",
    kernel: texts.kernel(),
    ...changed,
  };
  return parseHostFacts(name, other, new Map(Object.entries(sections)), { ms: 12, uncertaintyMs: 40 });
}

/** The guest's own part of the source's answer. */
export function guestOnSource(changed: Sections = {}) {
  const sections = {
    state: "running (booted)\n\n",
    job: "Job type:         None        \n\n",
    definition: texts.definition(),
    xml: texts.definition(),
    snapshots: "\n",
    checkpoints: "\n",
    ...changed,
  };
  return parseGuestFacts(new Map(Object.entries(sections)));
}

const files = [texts.emulator, texts.disk, `${texts.guestFolder}/vmlinux`, `${texts.guestFolder}/initrd.img`];

export function storageOf(changed: Sections = {}) {
  const sections = {
    tokens: `seen ${texts.guestFolder}\n`,
    space: texts.space(),
    files: files.map((file) => `-erw ${file}\n`).join(""),
    [`chain ${texts.disk}`]: texts.chain,
    ...changed,
  };
  const read = new Map<string, string>(Object.entries(sections));
  return parseStorage(read, {
    blocks: new Map(),
    contents: parseContents(read.get("contents")),
    network: parseNetwork(read.get("network")),
    volumes: new Map(),
  });
}

export function way(changed: Sections = {}) {
  const sections = {
    ports: "49152 1 Connection refused\n49215 1 Connection refused\n",
    ssh: "0\nboot-is-boot-of-target\nlibvirt-is-there\n",
    ...changed,
  };
  return { ports: parsePorts(sections.ports), ssh: parseSsh(sections.ssh) };
}

/** A move that nothing speaks against, and what is changed of it. */
export function facts(changed: Partial<MoveFacts> = {}): MoveFacts {
  const written = { tokens: `written ${texts.guestFolder}\n`, files: "" };
  return {
    guest: "guest",
    mode: "live",
    copiesStorage: false,
    onSource: guestOnSource(),
    onTarget: { state: "" },
    source: host("source"),
    target: host("target"),
    reach: way(),
    migrationNameResolvesTo: ["10.77.0.12"],
    storage: { source: storageOf(written), target: storageOf() },
    cpuComparison: undefined,
    blockJobs: [],
    ...changed,
  };
}

/** The codes of the rules that speak against a move that is sound but for what is changed. */
export function codes(changed: Partial<MoveFacts> = {}): string[] {
  return evaluate(facts(changed)).failures.map(({ facts: { code } }) => code);
}

/** What a rule found. */
export function found(code: string, changed: Partial<MoveFacts> = {}): string {
  return evaluate(facts(changed)).evaluations.find((evaluation) => evaluation.code === code)?.found ?? "";
}
