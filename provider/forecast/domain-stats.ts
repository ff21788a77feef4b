/** What `virsh domstats` says of a guest's memory and disks. */
export interface DomainStats {
  /** What its QEMU holds of the host's memory, its own included; undefined where libvirt does not tell. */
  readonly residentMiB: number | undefined;
  /** What its disks take on their storage, those that are only read not included. */
  readonly allocatedMiB: number;
  /** QEMU's last measurement of the dirty rate. */
  readonly dirtyRate:
    | { readonly status: "unstarted" | "measuring" }
    | { readonly status: "measured"; readonly MiBps: number; readonly mode: string };
}

/** libvirt's virDomainDirtyRateStatus. */
const statuses = ["unstarted", "measuring", "measured"] as const;

/** Reads `domstats --balloon --dirtyrate`, with `--block` or without: `  name=value` lines. A group that libvirt does not know is left out by it. */
export function parseDomainStats(text: string): DomainStats {
  const fields = new Map(
    [...text.matchAll(/^\s+([\w.-]+)=(.*)$/gm)].map((match) => [match[1] ?? "", match[2] ?? ""] as const),
  );
  const number = (key: string) => {
    const value = Number(fields.get(key) ?? Number.NaN);
    return Number.isFinite(value) ? value : undefined;
  };
  const rss = number("balloon.rss");
  const MiBps = number("dirtyrate.megabytes_per_second");
  const status = statuses[number("dirtyrate.calc_status") ?? 0] ?? "unstarted";
  const disks = [...fields.keys()].flatMap((key) => /^(block\.\d+)\.allocation$/.exec(key)?.[1] ?? []);
  return {
    residentMiB: rss === undefined ? undefined : rss / 1024,
    allocatedMiB: disks.reduce((all, disk) => all + (number(`${disk}.allocation`) ?? 0), 0) / 1_048_576,
    // libvirt before 8.1 tells no mode: it has one only.
    dirtyRate:
      status !== "measured"
        ? { status }
        : MiBps === undefined
          ? { status: "measuring" }
          : { status, MiBps, mode: fields.get("dirtyrate.calc_mode") ?? "page-sampling" },
  };
}
