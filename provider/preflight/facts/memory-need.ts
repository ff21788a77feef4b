import type { GuestDefinition } from "./guest-definition";
import type { HostFacts } from "./host-facts";

/** The memory that a host must have free for a guest to come. */
export interface MemoryNeed {
  /** Whether it must be in huge pages; else anywhere. */
  readonly hugePages: boolean;
  readonly neededKiB: number;
}

/** What QEMU itself takes beside the guest's memory, about. */
const overheadKiB = 32 * 1024;

export function memoryNeed({ hugePages, ramKiB }: Pick<GuestDefinition, "hugePages" | "ramKiB">): MemoryNeed {
  return { hugePages, neededKiB: hugePages ? ramKiB : ramKiB + overheadKiB };
}

/** What a host has free of the kind of memory that is needed. */
export function freeKiBFor({ hugePages }: MemoryNeed, memory: HostFacts["memory"]): number {
  return hugePages ? memory.hugePagesFreeKiB : memory.availableKiB;
}
