/** libvirt's answer whether the target can give the guest its processor. */
export interface CpuComparison {
  readonly compatible: boolean;
  /** The features that the target lacks, where libvirt names them. */
  readonly missing: readonly string[];
  readonly words: string;
}

/**
 * Reads `virsh hypervisor-cpu-compare --error`, standard error included; undefined when libvirt could not compare at all
 * (an older one, another kind of processor).
 */
export function parseCpuComparison(text: string | undefined): CpuComparison | undefined {
  const words = (text ?? "").trim().replace(/\s*\n\s*/g, "; ");
  const incompatible = /incompatible with|CPU is incompatible/i.test(words);
  const compatible = /is identical to|is a superset of|superset of CPU/i.test(words);
  if (!incompatible && !compatible) return undefined;
  const named = /(?:required|missing|provide)[^:;]*features?:\s*([\w.,\- ]+)/i.exec(words)?.[1];
  return { compatible: !incompatible, missing: named?.split(/[,\s]+/).filter(Boolean) ?? [], words };
}
