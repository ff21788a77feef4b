import { setTimeout as sleep } from "node:timers/promises";
import { findHypervisor, type Hypervisor, inHypervisor } from "../../machines/hypervisor";
import { Inside, type Server } from "./inside";
import { stack } from "./lab-command";

/** The private hypervisor of the tests' lab. */
export async function hypervisorOf(name = stack): Promise<Hypervisor> {
  const hypervisor = await findHypervisor(name);
  if (hypervisor === undefined) throw new Error(`the lab ${name} has no hypervisor`);
  return hypervisor;
}

/** As if somebody pulled their plugs, all at the same moment. */
export async function cutPower(...servers: readonly Server[]): Promise<void> {
  const hypervisor = await hypervisorOf();
  await Promise.all(
    servers.map(async (server) => {
      const { exitCode, stderr } = await inHypervisor(hypervisor, ["virsh", "destroy", server]);
      if (exitCode !== 0) throw new Error(`virsh destroy ${server}: ${stderr}`);
    }),
  );
}

/** As when the machine restarts: the first process of the hypervisor ends, and all that is in it. */
export async function endHypervisor(): Promise<void> {
  const { pid } = await hypervisorOf();
  process.kill(pid, "SIGKILL");
  const deadline = performance.now() + 20_000;
  while ((await findHypervisor(stack)) !== undefined && performance.now() < deadline) await sleep(50);
}

/** Restarts a server from inside, and waits until it has begun to: for `./lab up` to find it so. */
export async function restartFromInside(server: Server): Promise<void> {
  const inside = await Inside.open();
  try {
    await inside.attempt(server, "systemctl reboot --force --force", 20).catch(() => undefined);
  } finally {
    inside.close();
  }
}

/** What must be true of a server for the lab to do its work. */
export const whole: Readonly<Record<Server, string>> = {
  nfs: "exportfs -v | grep -q ^/migration && test -d /migration/guest",
  source: hostIsWhole("target"),
  target: hostIsWhole("source"),
};

function hostIsWhole(other: Server): string {
  return [
    "test -c /dev/kvm",
    "grep -q '^nfs:/migration /var/lib/libvirt/images nfs4' /proc/mounts",
    "virsh domcapabilities --virttype kvm > /dev/null",
    "test -d /sys/class/net/br0/bridge",
    `ssh ${other} true`,
  ].join(" && ");
}

/** How far a server's clock is off at least, in ms, whatever the way there takes. */
export async function clockIsOff(inside: Inside, server: Server): Promise<number> {
  const before = Date.now();
  const there = Number(await inside.on(server, "date +%s%3N"));
  return Math.max(before - there, there - Date.now(), 0);
}
