import { freeKiBFor, memoryNeed } from "../facts/memory-need";
import { mebibytes } from "../facts/memory-size";
import { pass, ruleOnGuest, skipped } from "../rule";

/** The target has memory for the guest. */
export const memoryFree = ruleOnGuest("memory-free", "KVM-633", (definition, { guest, target }) => {
  const need = memoryNeed(definition);
  const { hugePages, neededKiB: needed } = need;
  const free = freeKiBFor(need, target.memory);
  if (target.memory.availableKiB === 0) return skipped(`/proc/meminfo of ${target.host} was not read`);
  const what = hugePages ? "in free huge pages" : "available";
  if (free >= needed)
    return pass(`${mebibytes(free)} ${what} on ${target.host}, ${mebibytes(needed)} needed`);
  return {
    host: target.host,
    expected: `${mebibytes(needed)} ${what} for ${guest}`,
    found: `${mebibytes(free)} ${what} (${hugePages ? "HugePages_Free" : "MemAvailable"} of /proc/meminfo)`,
    fix: hugePages
      ? `on ${target.host}: sysctl vm.nr_hugepages, raised by what is missing`
      : `on ${target.host}: move or stop another guest (virsh list), or choose a target with more memory`,
  };
});
