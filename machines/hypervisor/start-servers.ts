import type { Hypervisor } from "./hypervisor";
import { inHypervisor } from "./hypervisor-exec";

type Inside = Pick<Hypervisor, "pid">;

/** A start from a large managed save, on a loaded machine. */
const startLimitMs = 120_000;

/** What a machine cannot start without, where somebody has switched it off: networks and pools. */
const startsFirst = [
  { list: "net-list", start: "net-start" },
  { list: "pool-list", start: "pool-start" },
] as const;

/** Starts machines that have no power, all at once. Those that crashed are ended first. */
export async function startServers(hypervisor: Inside, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  for (const { list, start } of startsFirst) {
    const inactive = await virsh(hypervisor, [list, "--inactive", "--name"]);
    for (const name of inactive.split(/\s+/).filter((word) => word !== ""))
      await virsh(hypervisor, [start, name]);
  }
  await Promise.all(
    names.map(async (name) => {
      const state = (await virsh(hypervisor, ["domstate", name])).trim();
      if (state === "crashed") await virsh(hypervisor, ["destroy", name]);
      if (state !== "running") await virsh(hypervisor, ["start", name]);
    }),
  );
}

/** Has machines go on that stand still. */
export async function resumeServers(hypervisor: Inside, names: readonly string[]): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      const state = (await virsh(hypervisor, ["domstate", name])).trim();
      await virsh(hypervisor, [state === "pmsuspended" ? "dompmwakeup" : "resume", name]);
    }),
  );
}

async function virsh(hypervisor: Inside, words: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await inHypervisor(hypervisor, ["virsh", "--quiet", ...words], {
    timeoutMs: startLimitMs,
  });
  if (exitCode === 0) return stdout;
  const complaint = stderr
    .trim()
    .replace(/^error: /gm, "")
    .replace(/\n+/g, ": ");
  throw new Error(`virsh ${words.join(" ")}: ${complaint || `exit code ${exitCode ?? "none"}`}`);
}
