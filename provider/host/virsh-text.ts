import type { DomainIdentity } from "./domain-name";

/** One line of `virsh list --all`. */
export interface ListedDomain {
  readonly name: string;
  /** virsh's words: `running`, `paused`, `shut off`, `in shutdown`, `crashed`, `idle`, `pmsuspended` … */
  readonly state: string;
}

/**
 * Reads the table of `virsh list --all`: Id, Name, State below a line of dashes. Undefined when there is no table. A name may have blanks in it, and one that
 * the host's locale cannot print is shown as `\xe6\xb5…`: then it is the one among the domains that stands at the same place and is not shown.
 */
export function parseList(text: string, domains: readonly DomainIdentity[] = []): ListedDomain[] | undefined {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => /^-+$/.test(line.trim()));
  if (start < 0) return undefined;
  const rows = lines.slice(start + 1).flatMap((line) => {
    const match = /^\s*(?:\d+|-)\s+(\S.*)\s{2,}(\S.*?)\s*$/s.exec(line);
    return match?.[1] && match[2] ? [{ name: match[1].trimEnd(), state: match[2] }] : [];
  });
  const shown = new Set(rows.map(({ name }) => name));
  const known = new Set(domains.map(({ name }) => name));
  // Both are in the same order.
  const garbled = rows.filter(({ name }) => !known.has(name));
  const hidden = domains.filter(({ name }) => !shown.has(name));
  if (garbled.length !== hidden.length) return rows;
  return rows.map((row) => ({ ...row, name: hidden[garbled.indexOf(row)]?.name ?? row.name }));
}

/** Reads `virsh list --all --uuid --name`: both side by side. */
export function parseDomains(text: string | undefined): DomainIdentity[] {
  return (text ?? "").split("\n").flatMap((line) => {
    const match = /^\s*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s+(\S.*?)\s*$/s.exec(line);
    return match?.[1] && match[2] ? [{ uuid: match[1], name: match[2] }] : [];
  });
}

/** Reads virsh's `Key:   value` lines (dominfo, domjobinfo), by key. */
export function parseFields(text: string): ReadonlyMap<string, string> {
  const pairs = [...text.matchAll(/^([A-Z][^:\n]*):[ \t]+(\S.*?)[ \t]*$/gm)];
  return new Map(pairs.map((match) => [match[1] ?? "", match[2] ?? ""]));
}

/** `1234 ms`, in ms. */
export function milliseconds(text: string | undefined): number | undefined {
  const match = /^(\d+)\s*ms$/.exec(text ?? "");
  return match ? Number(match[1]) : undefined;
}

const unitsInMiB: Readonly<Record<string, number>> = {
  B: 1 / 1_048_576,
  bytes: 1 / 1_048_576,
  KiB: 1 / 1024,
  MiB: 1,
  GiB: 1024,
  TiB: 1_048_576,
};

/** `1.234 GiB`, in MiB. */
export function mebibytes(text: string | undefined): number | undefined {
  const match = /^([\d.]+)\s*(\w+)$/.exec(text ?? "");
  const unit = unitsInMiB[match?.[2] ?? ""];
  return match?.[1] !== undefined && unit !== undefined
    ? Math.round(Number(match[1]) * unit * 1000) / 1000
    : undefined;
}

/** The newest per cent in what `virsh migrate --verbose` has written so far: `Migration: [ 42 %]`. */
export function latestPercent(text: string): number | undefined {
  const percents = [...text.matchAll(/\[\s*(\d+)(?:\.\d+)?\s*%\]/g)];
  const last = percents.at(-1)?.[1];
  return last === undefined ? undefined : Number(last);
}
