import type { HostFacts } from "../facts/host-facts";
import { pass, rule, skipped } from "../rule";

/** Both hosts have the NX bit in the same state. */
export const nxMatch = rule("nx-match", "KVM-627", ({ source, target }) => {
  const here = nxOf(source);
  const there = nxOf(target);
  if (here === undefined || there === undefined)
    return skipped("no x86 processor, or no flags in /proc/cpuinfo");
  const found = `NX is ${here} on ${source.host}, ${there} on ${target.host}`;
  if (here === there) return pass(found);
  const off = here === "off" ? source.host : target.host;
  return {
    host: off,
    expected: `NX in the same state on ${source.host} and ${target.host}`,
    found,
    fix: `on ${off}: switch NX (Execute Disable) on in the firmware, take noexec=off out of the kernel's command line, restart; then: grep -wo -m1 nx /proc/cpuinfo`,
  };
});

function nxOf({ arch, cpu }: HostFacts): "on" | "off" | undefined {
  if (cpu.flags === undefined || !/^(x86_64|i\d86|)$/.test(arch)) return undefined;
  return cpu.flags.has("nx") ? "on" : "off";
}
