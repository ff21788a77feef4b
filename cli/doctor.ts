import { stat, statfs } from "node:fs/promises";
import { freemem } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { knownVerdict } from "../machines/acceleration";
import { findHypervisor } from "../machines/hypervisor";
import { isOwnHypervisor } from "../machines/snapshots/boots/own-hypervisor";
import { cacheDir, exists, labDir, namesOfLabs } from "../toolchain/cache";
import { cachedKeys } from "../toolchain/cached-folders";
import { findProgram } from "../toolchain/pulumi/find-program";
import { partsThere, roomForSetUp } from "./refuse-early";
import { snapshotsFinding } from "./snapshots-finding";
import { textTable } from "./table";

/** One thing that a lab needs, as it is on this machine. */
export interface Finding {
  readonly what: string;
  /** `to make`: not there, and ./lab makes it by itself. `missing`: not there, and yours to fix. */
  readonly state: "ok" | "to make" | "missing" | "slow";
  readonly found: string;
  /** How to fix it; empty when there is nothing to fix. */
  readonly fix: string;
}

const gib = 1024 ** 3;
/** A lab's disks grow to this beside the caches. */
const labGib = 4;

/** Looks at everything that a lab needs. Changes nothing, installs nothing, asks no network. */
export async function examine(): Promise<Finding[]> {
  return [
    ok("node", process.version),
    root(),
    await madeByUp("qemu-system-x86_64"),
    await madeByUp("genisoimage"),
    await madeByUp("xsltproc"),
    await needed("ssh", "apt-get install openssh-client: for ./lab ssh, virsh and console"),
    await pulumiOrGo(),
    await plugins(),
    await acceleration(),
    await disk(),
    memory(),
    await cached("toolchain", ["pulumi", "pulumi-home", "go", "libvirt-sdk"]),
    await cached("images", ["images"]),
    await snapshotsFinding(),
    await labs(),
  ];
}

export function findingsTable(findings: readonly Finding[]): string {
  const rows = findings.map(({ what, state, found, fix }) => [what, state, found, fix]);
  return textTable(["what", "state", "found", "how to fix it"], rows, { widths: [21, 9, 44, 44] });
}

function ok(what: string, found: string): Finding {
  return { what, state: "ok", found, fix: "" };
}

function root(): Finding {
  const id = process.geteuid?.();
  if (id === 0) return ok("root", "yes");
  const fix = "sudo ./lab …: a private hypervisor needs namespaces";
  return { what: "root", state: "missing", found: `user id ${id}`, fix };
}

async function madeByUp(program: string): Promise<Finding> {
  const path = await findProgram(program);
  if (path) return ok(program, path);
  return { what: program, state: "to make", found: "not on PATH", fix: "./lab up installs it" };
}

async function needed(program: string, fix: string): Promise<Finding> {
  const path = await findProgram(program);
  return path ? ok(program, path) : { what: program, state: "missing", found: "not on PATH", fix };
}

async function pulumiOrGo(): Promise<Finding> {
  const pulumi = await findProgram("pulumi");
  if (pulumi) return ok("pulumi", pulumi);
  const made = await newest("pulumi");
  if (made) return ok("pulumi", made);
  const go = await findProgram("go");
  const fix = "./lab up downloads it, or builds it from module sources";
  if (go) return { what: "pulumi", state: "to make", found: `not yet; there is ${go}`, fix };
  return {
    what: "pulumi",
    state: "to make",
    found: "neither pulumi nor go on PATH",
    fix: "./lab up downloads it; without internet access install Go: https://go.dev/dl/",
  };
}

async function plugins(): Promise<Finding> {
  const home = await newest("pulumi-home");
  if (home === undefined)
    return { what: "plugins", state: "to make", found: "not yet", fix: "./lab up installs them" };
  const command = (await exists(join(home, "stand-in"))) ? "the lab's stand-in" : "the official one";
  return ok("plugins", `command: ${command}, in ${home}`);
}

async function acceleration(): Promise<Finding> {
  const verdict = await knownVerdict();
  const what = "acceleration";
  if (verdict === undefined)
    return { what, state: "to make", found: "not tried yet", fix: "./lab prepare tries it" };
  if (verdict.acceleration === "kvm") return ok(what, verdict.reason);
  const fix = "a machine with hardware virtualization; the lab works without it";
  return { what, state: "slow", found: verdict.reason, fix };
}

async function disk(): Promise<Finding> {
  const folder = (await exists(cacheDir())) ? cacheDir() : "/";
  const { bavail, bsize } = await statfs(folder);
  const free = (bavail * bsize) / gib;
  const needs = roomForSetUp(await partsThere()) + labGib;
  const found = `${free.toFixed(1)} GiB free for ${cacheDir()}`;
  if (free >= needs) return ok("disk", found);
  const fix = `free ${needs} GiB, or set KVMLAB_CACHE to a folder on a larger disk`;
  return { what: "disk", state: "missing", found, fix };
}

function memory(): Finding {
  const free = freemem() / gib;
  const found = `${free.toFixed(1)} GiB free`;
  if (free >= 4) return ok("memory", found);
  return { what: "memory", state: "slow", found, fix: "a lab takes up to 4 GiB: end something else" };
}

/** What takes time to make, how large and how old it is. */
async function cached(what: string, kinds: readonly string[]): Promise<Finding> {
  const folders: string[] = [];
  for (const kind of kinds) if (await newest(kind)) folders.push(join(cacheDir(), kind));
  if (folders.length === 0) return { what, state: "to make", found: "not made yet", fix: "./lab prepare" };
  const size = await execa("du", ["-shc", ...folders], { reject: false, timeout: 30_000 });
  const total = /^(\S+)\s+total$/m.exec(size.stdout ?? "")?.[1] ?? "size not known";
  const ages = await Promise.all(folders.map(async (folder) => (await stat(folder)).mtimeMs));
  return ok(
    what,
    `${total}, newest of ${new Date(Math.max(...ages)).toISOString().slice(0, 10)}, in ${cacheDir()}`,
  );
}

/** The newest finished folder of a kind in the cache. */
async function newest(kind: string): Promise<string | undefined> {
  const folder = join(cacheDir(), kind);
  const names = await cachedKeys(kind);
  const dated = await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), at: (await stat(join(folder, name))).mtimeMs })),
  );
  return dated.sort((a, b) => b.at - a.at)[0]?.path;
}

async function labs(): Promise<Finding> {
  const names = await namesOfLabs();
  const all = await Promise.all(names.filter((name) => !isOwnHypervisor(name)).map(labState));
  return ok("labs", all.join(", ") || "none");
}

async function labState(name: string): Promise<string> {
  const running = await findHypervisor(name);
  const busy = (await exists(join(labDir(name), "lab.lock"))) ? ", a command is at work on it" : "";
  return `${name} (${running ? `hypervisor is process ${running.pid}` : "no private hypervisor"}${busy})`;
}
