import { readdir, stat, statfs } from "node:fs/promises";
import { freemem } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { accelerationVerdict } from "../toolchain/acceleration";
import { cacheDir, exists } from "../toolchain/cache";
import { listHypervisors } from "../toolchain/hypervisor";
import { findProgram } from "../toolchain/pulumi/find-program";
import { textTable } from "./table";

/** One thing that a lab needs, as it is on this machine. */
export interface Finding {
  readonly what: string;
  readonly state: "ok" | "missing" | "slow";
  readonly found: string;
  /** How to mend it; empty when there is nothing to mend. */
  readonly mend: string;
}

const gib = 1024 ** 3;

/** Looks at everything that a lab needs, and changes nothing but remembering the verdict about KVM. */
export async function examine(): Promise<Finding[]> {
  return [
    ok("node", process.version),
    root(),
    await program("git", "apt-get install git"),
    await program("qemu-system-x86_64", "./lab up installs it: apt-get install qemu-system-x86"),
    await program("genisoimage", "./lab up installs it: apt-get install genisoimage"),
    await program("xsltproc", "./lab up installs it: apt-get install xsltproc"),
    await pulumiOrGo(),
    await acceleration(),
    await disk(),
    memory(),
    await cached("go", "toolchain built from modules"),
    await cached("images", "images of hosts and guest"),
    await labs(),
  ];
}

export function findingsTable(findings: readonly Finding[]): string {
  const rows = findings.map(({ what, state, found, mend }) => [what, state, found, mend]);
  return textTable(["what", "state", "found", "how to mend it"], rows, { widths: [22, 9, 44, 44] });
}

function ok(what: string, found: string): Finding {
  return { what, state: "ok", found, mend: "" };
}

function root(): Finding {
  const id = process.geteuid?.();
  if (id === 0) return ok("root", "yes");
  return {
    what: "root",
    state: "missing",
    found: `user id ${id}`,
    mend: "sudo ./lab …: a private hypervisor needs namespaces",
  };
}

async function program(name: string, mend: string): Promise<Finding> {
  const path = await findProgram(name);
  return path ? ok(name, path) : { what: name, state: "missing", found: "not on PATH", mend };
}

async function pulumiOrGo(): Promise<Finding> {
  const pulumi = await findProgram("pulumi");
  if (pulumi) return ok("pulumi", pulumi);
  const go = await findProgram("go");
  if (go) return ok("pulumi", `built from modules or downloaded (${go})`);
  return {
    what: "pulumi",
    state: "missing",
    found: "neither pulumi nor go on PATH",
    mend: "nothing with internet access; without it install Go: https://go.dev/dl/",
  };
}

async function acceleration(): Promise<Finding> {
  if (!(await exists(join(cacheDir(), "images")))) {
    return { what: "acceleration", state: "missing", found: "not tried yet", mend: "./lab prepare" };
  }
  const verdict = await accelerationVerdict(() => undefined);
  if (verdict.acceleration === "kvm") return ok("acceleration", verdict.reason);
  return {
    what: "acceleration",
    state: "slow",
    found: verdict.reason,
    mend: "a machine with hardware virtualization; the lab works without it",
  };
}

async function disk(): Promise<Finding> {
  const folder = (await exists(cacheDir())) ? cacheDir() : "/";
  const { bavail, bsize } = await statfs(folder);
  const free = (bavail * bsize) / gib;
  const found = `${free.toFixed(1)} GiB free for ${cacheDir()}`;
  if (free >= 8) return ok("disk", found);
  return {
    what: "disk",
    state: "missing",
    found,
    mend: "free 8 GiB, or set KVMLAB_CACHE to a folder on a larger disk",
  };
}

function memory(): Finding {
  const free = freemem() / gib;
  const found = `${free.toFixed(1)} GiB free`;
  return free >= 4
    ? ok("memory", found)
    : { what: "memory", state: "missing", found, mend: "a lab takes up to 4 GiB: end something else" };
}

async function cached(kind: string, what: string): Promise<Finding> {
  const folder = join(cacheDir(), kind);
  const entries = await readdir(folder).catch(() => []);
  if (entries.length === 0) return { what, state: "missing", found: "not made yet", mend: "./lab prepare" };
  const size = await execa("du", ["-sh", folder], { reject: false, timeout: 30_000 });
  const newest = await Promise.all(entries.map(async (entry) => (await stat(join(folder, entry))).mtimeMs));
  const days = (Date.now() - Math.max(...newest)) / 86_400_000;
  return ok(what, `${size.stdout.split("\t")[0]}, newest ${days.toFixed(1)} days old, in ${folder}`);
}

async function labs(): Promise<Finding> {
  const running = await listHypervisors();
  return ok("running labs", running.map(({ lab, pid }) => `${lab} (process ${pid})`).join(", ") || "none");
}
