import { isMissing } from "../provider/sdk/measurement";
import type { KeptMove } from "../report/kept-move";
import { hostAfter, kvmHosts, type LabOutputs } from "./access";
import { figuresTable } from "./figures-table";
import type { LabStack } from "./lab-stack";
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
  readonly seconds: number;
  readonly stages: readonly StageTime[];
}

export function resultOf(
  stack: LabStack,
  outputs: LabOutputs,
  stages: Stages,
  servers: StartedFrom | undefined,
): UpResult {
  const { guest, migration } = outputs;
  return {
    lab: stack.name,
    ...(servers ? { servers } : {}),
    guest,
    migration,
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
  const { guest, share, addresses } = outputs;
  const servers = Object.entries(addresses).map(([name, address]) => `${name} ${address}`);
  return [
    "",
    `The lab ${stack.name} is up: ${servers.join(", ")}; ${share.server}:${share.path} ${share.kind === "nfs" ? "on" : "as"} ${share.mountPoint}.`,
    `The guest ${guest.name} (${guest.address}) ${howItIs(stack, guest)}`,
    ...describeMove(outputs),
    ...describeFigures(outputs, measured),
    "",
    stages.table(),
    "",
    nextSteps(stack.name, guest.runningOn, kvmHosts(outputs.hosts)),
  ].join("\n");
}

/** One that stands still was suspended by somebody, who may not have done with it: it is told, and left so. */
function howItIs({ name: lab }: LabStack, { name, runningOn, state }: LabOutputs["guest"]): string {
  if (state !== "paused") return `runs on ${runningOn}.`;
  const option = lab === "dev" ? "" : ` --lab ${lab}`;
  return `is ${state} on ${runningOn}: it stands still until ./lab virsh${option} ${runningOn} resume ${name}`;
}

export function describeMove({ migration }: Pick<LabOutputs, "migration">): string[] {
  if (migration.command === "") return ["Nothing was moved."];
  const figure = (value: number, unit: string) => (value < 0 ? "not known" : `${value} ${unit}`);
  // Somebody may have moved it back by hand since; the command says where it went.
  const way =
    migration.from === migration.runningOn
      ? `from ${migration.from}`
      : `${migration.from} to ${migration.runningOn}`;
  const rows = migration.proofs.map(({ name, verdict, facts }) => [name, verdict, facts]);
  return [
    `Last move: ${way} in ${(migration.totalTimeMs / 1000).toFixed(1)} s` +
      ` (libvirt's job ${figure(migration.jobTimeMs, "ms")}, downtime ${figure(migration.downtimeMs, "ms")},` +
      ` ${figure(migration.dataMovedMiB, "MiB")} moved), by:`,
    `  ${migration.command}`,
    textTable(["proof", "verdict", "what was seen"], rows, { widths: [23, 10, 70] }),
    ...migration.waived.map(({ code, found }) => `Waived: ${code}, ${found}`),
  ];
}

/** The figures of the last move next to those of the one before it, where the last one was measured. */
function describeFigures({ migration }: LabOutputs, measured: readonly KeptMove[]): string[] {
  if (isMissing(migration.measurement)) return [];
  const earlier = measured.filter(({ migratedAt }) => migratedAt < migration.migratedAt).at(-1);
  const moves = [migration.measurement, ...(earlier ? [earlier.measurement] : [])];
  return ["", "Measured from outside (./lab report shows it all):", figuresTable(moves)];
}

/** What one may try now, as commands that work for this lab. */
function nextSteps(lab: string, runningOn: string, hosts: readonly { readonly name: string }[]): string {
  const elsewhere = hostAfter(runningOn, hosts);
  const own = lab === "dev" ? "" : ` ${lab}`;
  const option = lab === "dev" ? "" : ` --lab ${lab}`;
  const rows = [
    ["Next:", `./lab status${own}`, "every server, the share, where the guest is"],
    ["", `./lab up${own} -c guestRunsOn=${elsewhere}`, `moves the guest to ${elsewhere}`],
    ["", `./lab measure${own}`, "moves it, and measures the move"],
    ["", `./lab virsh${option} ${runningOn} list --all`, "the course's own commands"],
    ["", `./lab ssh${option} ${hosts[0]?.name ?? runningOn}`, "a shell on a host"],
    ["", `./lab save NAME${option}`, "keeps all of it as it is now; ./lab restore NAME brings it back"],
    ["", `./lab console${option}`, "the guest's serial console (leave it with Ctrl-])"],
    ["", `./lab down${own}`, "removes the lab"],
  ];
  const width = Math.max(...rows.map(([, command = ""]) => command.length));
  return rows
    .map(([head = "", command = "", what = ""]) => `${head.padEnd(6)}${command.padEnd(width + 3)}${what}`)
    .join("\n");
}
