/**
 * npm run bench:here — what a move costs and shows where its hosts are no emulated machines: a move by the migration resource against the
 * bare `virsh migrate` (as bench:move), the downtime from outside against libvirt's own, and what being observed costs the guest (as
 * bench:measure). The hosts are namespaces of this machine (two-hosts.ts) and run at its own speed; the guest is the lab's, emulated once.
 * Leaves nothing behind, except for files in /var/tmp where it is killed by a signal that it cannot catch.
 *
 * BENCH_PAIRS: how many pairs of stretches of being observed or not, 5 by default; BENCH_VERBOSE=1: all that the resource says and asks the hosts, in ms since it began.
 * Needs root, and Debian's openssh-server beside what the lab itself needs.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { ensureGuestImage } from "../../machines/images";
import { checkSettings } from "../../stacks/settings";
import { topologyOf } from "../../stacks/topology/topology";
import { putOnShare } from "./guest-here";
import { runInOwnNetwork } from "./own-network";

async function main(): Promise<void> {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(name, () => stop.abort(new Error(`ended by ${name}`)));
  const settings = checkSettings({});
  const image = await ensureGuestImage((message) => console.error(message));
  // Not in the temporary folder, which may be in memory: QEMU opens the guest's disk past the host's cache.
  const folder = await mkdtemp("/var/tmp/two-hosts-");
  try {
    const share = join(folder, "share");
    await mkdir(share);
    await putOnShare(image, share, settings.guestName);
    const { gateway, prefix } = topologyOf(settings).network;
    const place = { address: `${gateway}/${prefix}`, folder, signal: stop.signal };
    process.exitCode = await runInOwnNetwork(join(__dirname, "inside.ts"), [folder, share], place);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  stop.signal.throwIfAborted();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error && /^ended by SIG/.test(error.message) ? error.message : error);
  process.exitCode = 1;
});
