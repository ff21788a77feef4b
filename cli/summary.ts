import { isMissing } from "kvmlab-provider/sdk/measurement";
import type { KeptMove } from "../report/kept-move";
import { hostAfter, kvmHosts, type LabOutputs, type PlacedGuest } from "./access";
import { figuresTable } from "./figures-table";
import { placing } from "./guest-settings";
import type { LabStack } from "./lab-stack";
import { describeNames } from "./name-server-status";
import type { StartedFrom } from "./prepare";
import type { Stages, StageTime } from "./stages";
import { textTable } from "./table";

/** What `./lab up` did, for `--json`. */
export interface UpResult {
  readonly lab: string;
  /** How its servers came to run; undefined where that is not the lab's doing. */
  readonly servers?: StartedFrom;
  readonly guest: LabOutputs["guest"];
  readonly migration: LabOutputs["migration"];
  /** Every guest and its last move: the first is the one above. */
  readonly guests: LabOutputs["guests"];
  readonly seconds: number;
  readonly stages: readonly StageTime[];
}

export function resultOf(
  stack: LabStack,
  outputs: LabOutputs,
  stages: Stages,
  servers: StartedFrom | undefined,
): UpResult {
  const { guest, migration, guests } = outputs;
  return {
    lab: stack.name,
    ...(servers ? { servers } : {}),
    guest,
    migration,
    guests,
    seconds: stages.totalSeconds,
    stages: stages.times,
  };
}

/** What `./lab up` did, for people. `measured`: the lab's measured moves, the newest last. */
export function summary(
  stack: LabStack,
  outputs: LabOutputs,
  stages: Stages,
  measured: readonly KeptMove[],
): string {
  const { share, addresses, releases, names } = outputs;
  const servers = Object.entries(addresses).map(([name, address]) =>
    [name, address, ...(releases[name] ? [`(${releases[name]})`] : [])].join(" "),
  );
  return [
    "",
    `The lab ${stack.name} is up: ${servers.join(", ")}; ${share.server}:${share.path} ${share.kind === "iscsi" ? "as" : "on"} ${share.mountPoint}${names ? `; ${describeNames(names)}` : ""}.`,
    ...outputs.guests.flatMap((placed) => [
      `The guest ${placed.guest.name} (${placed.guest.address}) ${howItIs(stack, placed.guest)}`,
      ...describeMove(placed, outputs.guests.length > 1),
    ]),
    ...describeFigures(outputs, measured),
    "",
    stages.table(),
    "",
    nextSteps(stack, outputs),
  ].join("\n");
}

/** One that stands still was suspended by somebody, who may not have done with it: it is told, and left so. */
function howItIs({ name: lab }: LabStack, { name, runningOn, state }: LabOutputs["guest"]): string {
  if (state !== "paused") return `runs on ${runningOn}.`;
  const option = lab === "dev" ? "" : ` --lab ${lab}`;
  return `is ${state} on ${runningOn}: it stands still until ./lab virsh${option} ${runningOn} resume ${name}`;
}

/** @param several whether other guests are told of too: then only what was not proved has a row */
export function describeMove({ migration }: Pick<PlacedGuest, "migration">, several = false): string[] {
  if (migration.command === "") return ["Nothing was moved."];
  const figure = (value: number, unit: string) => (value < 0 ? "not known" : `${value} ${unit}`);
  // Somebody may have moved it back by hand since; the command says where it went.
  const way =
    migration.from === migration.runningOn
      ? `from ${migration.from}`
      : `${migration.from} to ${migration.runningOn}`;
  const proved = migration.proofs.filter(({ verdict }) => verdict === "proved").length;
  const shown = migration.proofs.filter(({ verdict }) => !several || verdict !== "proved");
  const rows = shown.map(({ name, verdict, facts }) => [name, verdict, facts]);
  return [
    `Last move: ${way} in ${(migration.totalTimeMs / 1000).toFixed(1)} s` +
      ` (libvirt's job ${figure(migration.jobTimeMs, "ms")}, downtime ${figure(migration.downtimeMs, "ms")},` +
      ` ${figure(migration.dataMovedMiB, "MiB")} moved), by:`,
    `  ${migration.command}`,
    ...(several ? [`  ${proved} of ${migration.proofs.length} proofs hold`] : []),
    ...(rows.length > 0
      ? [textTable(["proof", "verdict", "what was seen"], rows, { widths: [23, 10, 70] })]
      : []),
    ...migration.waived.map(({ code, found }) => `Waived: ${code}, ${found}`),
  ];
}

/** The figures of the newest last move that was measured, next to those of the same guest's move before it. */
function describeFigures({ guests }: LabOutputs, measured: readonly KeptMove[]): string[] {
  const newestFirst = [...guests].sort((one, other) =>
    other.migration.migratedAt.localeCompare(one.migration.migratedAt),
  );
  const newest = newestFirst.find(({ migration }) => !isMissing(migration.measurement));
  if (newest === undefined || isMissing(newest.migration.measurement)) return [];
  const { guest, migration } = newest;
  const earlier = measured
    .filter((move) => move.guest === guest.name && move.migratedAt < migration.migratedAt)
    .at(-1);
  const moves = [newest.migration.measurement, ...(earlier ? [earlier.measurement] : [])];
  return ["", "Measured from outside (./lab report shows it all):", figuresTable(moves)];
}

/** What one may try now, as commands that work for this lab. */
function nextSteps(stack: LabStack, outputs: LabOutputs): string {
  const lab = stack.name;
  const { runningOn, name } = outputs.guest;
  const hosts = kvmHosts(outputs.hosts);
  const elsewhere = hostAfter(runningOn, hosts);
  const several = outputs.guests.length > 1;
  const own = lab === "dev" ? "" : ` ${lab}`;
  const option = lab === "dev" ? "" : ` --lab ${lab}`;
  const rows = [
    ["Next:", `./lab status${own}`, `every server, the share, where ${several ? "each" : "the"} guest is`],
    [
      "",
      `./lab up${own} -c ${placing(stack, name, elsewhere)}`,
      `moves ${several ? name : "the guest"} to ${elsewhere}`,
    ],
    ["", `./lab measure${own}`, "moves it, and measures the move"],
    ["", `./lab virsh${option} ${runningOn} list --all`, "the course's own commands"],
    ["", `./lab ssh${option} ${hosts[0]?.name ?? runningOn}`, "a shell on a host"],
    ["", `./lab save NAME${option}`, "keeps all of it as it is now; ./lab restore NAME brings it back"],
    [
      "",
      `./lab console${option}${several ? ` ${name}` : ""}`,
      "a guest's serial console (leave it with Ctrl-])",
    ],
    ["", `./lab down${own}`, "removes the lab"],
  ];
  const width = Math.max(...rows.map(([, command = ""]) => command.length));
  return rows
    .map(([head = "", command = "", what = ""]) => `${head.padEnd(6)}${command.padEnd(width + 3)}${what}`)
    .join("\n");
}
