import { mebibytes } from "../facts/memory-size";
import { holds, ruleOnGuest, unseen } from "../rule";

/** What QEMU itself takes beside the guest's memory, about. */
const overheadKiB = 32 * 1024;

/** The target has memory for the guest. */
export const memoryFree = ruleOnGuest("memory-free", "KVM-633", (definition, { guest, target }) => {
  const { hugePages, ramKiB } = definition;
  const { availableKiB, hugePagesFreeKiB } = target.memory;
  const free = hugePages ? hugePagesFreeKiB : availableKiB;
  const needed = hugePages ? ramKiB : ramKiB + overheadKiB;
  if (availableKiB === 0) return unseen(`/proc/meminfo of ${target.host} was not read`);
  const what = hugePages ? "in free huge pages" : "available";
  if (free >= needed)
    return holds(`${mebibytes(free)} ${what} on ${target.host}, ${mebibytes(needed)} needed`);
  return {
    host: target.host,
    expected: `${mebibytes(needed)} ${what} for ${guest}`,
    found: `${mebibytes(free)} ${what} (${hugePages ? "HugePages_Free" : "MemAvailable"} of /proc/meminfo)`,
    mend: hugePages
      ? `on ${target.host}: sysctl vm.nr_hugepages, raised by what is missing`
      : `on ${target.host}: move or stop another guest (virsh list), or choose a target with more memory`,
  };
});
