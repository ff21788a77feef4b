import { cpus } from "node:os";
import type { HostConnection } from "kvmlab-provider/host/host-connection";
import { HostPool } from "kvmlab-provider/host/host-pool";
import { systemVirsh } from "kvmlab-provider/host/virsh-environment";
import { version } from "../package.json";
import type { MeasuredOn } from "../report/kept-move";

/** What took part in a move, and on what it ran. */
export interface Machines {
  readonly versions: Record<string, string>;
  readonly measuredOn: Omit<MeasuredOn, "guestAcceleration">;
}

const limitMs = 30_000;
const question = `${systemVirsh}
echo "kernel $(uname -sr)"
echo "virtualization $(systemd-detect-virt 2>/dev/null || true)"
virsh version 2>/dev/null | sed -n 's/^Using library: */library /p; s/^Running hypervisor: */hypervisor /p'`;

/** Asks the two hosts. One that does not answer is left out: what is known of a move is worth keeping all the same. */
export async function describeMachines(hosts: readonly HostConnection[]): Promise<Machines> {
  const pool = new HostPool();
  try {
    const told = await Promise.all(
      hosts.map(async (host) => {
        const options = { timeoutMs: limitMs, signal: AbortSignal.timeout(limitMs) };
        const text = await pool.run(host, question, options).then(
          ({ stdout }) => stdout,
          () => "",
        );
        return { name: host.name, facts: factsOf(text) };
      }),
    );
    const fact = (of: (typeof told)[number], name: string) => of.facts.get(name) || "not known";
    return {
      versions: {
        "KVM migration lab": version,
        "Node.js": process.versions.node,
        ...Object.fromEntries(
          told.map((one) => [
            one.name,
            ["kernel", "library", "hypervisor"].map((name) => fact(one, name)).join(", "),
          ]),
        ),
      },
      measuredOn: {
        processor: cpus()[0]?.model.trim() ?? "not known",
        processors: cpus().length,
        hosts: Object.fromEntries(told.map((one) => [one.name, fact(one, "virtualization")])),
      },
    };
  } finally {
    pool.close();
  }
}

/** Lines of a word and a value. */
export function factsOf(text: string): Map<string, string> {
  const lines = text.split("\n").flatMap((line) => {
    const [, name, value] = /^(\w+) (.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value.trim()] as const];
  });
  return new Map(lines);
}
