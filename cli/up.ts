import { Listr } from "listr2";
import { keepOutputs, type LabOutputs } from "./access";
import { isDone, narrate, type ResourceLine } from "./engine-lines";
import { clearUnfinished, ensureEngineStack } from "./engine-stack";
import { withLabLock } from "./lab-lock";
import { findStack, type LabStack, parseOverrides, settingsOf } from "./lab-stack";
import { endLeftovers } from "./leftovers";
import { prepare, rendering } from "./prepare";
import { operate, type PulumiContext, pulumi } from "./run-pulumi";
import { Stages } from "./stages";
import { textTable } from "./table";

export interface UpOptions {
  /** `key=value` words that stand above the stack's file. */
  readonly config: readonly string[];
  /** Look at what is really there first. */
  readonly refresh: boolean;
  readonly json: boolean;
}

/** What `./lab up` did, for `--json`. */
export interface UpResult {
  readonly lab: string;
  readonly guest: LabOutputs["guest"];
  readonly migration: LabOutputs["migration"];
  readonly seconds: number;
  readonly stages: readonly { readonly stage: string; readonly seconds: number }[];
}

/** Builds the lab of a stack, or changes it to what its file says, and tells how it went. */
export async function up(name: string, options: UpOptions): Promise<void> {
  const stack = await findStack(name);
  const overrides = parseOverrides(options.config);
  const settings = settingsOf(stack, overrides);
  await withLabLock(stack, async () => {
    await endLeftovers(stack);
    const stages = new Stages();
    const prepared = await prepare(stack, settings, stages);
    const context: PulumiContext = { ...prepared, stack };
    const { existed } = await stages.run("stack", () => ensureEngineStack(context, overrides));
    const unfinished = existed && (await clearUnfinished(context));
    // What ran on a hypervisor that is gone, and what a killed engine left, is looked at before it is relied on.
    const refresh = existed && (options.refresh || unfinished || prepared.startedHypervisor);
    await runEngine(context, refresh, stages);
    const json = await pulumi(context, [
      "stack",
      "output",
      "--json",
      "--show-secrets",
      "--stack",
      stack.name,
    ]);
    const outputs = await keepOutputs(stack, json);
    if (options.json) console.log(JSON.stringify(resultOf(stack, outputs, stages)));
    else console.log(summary(stack, outputs, stages));
  });
}

async function runEngine(context: PulumiContext, refresh: boolean, stages: Stages): Promise<void> {
  const parts = new Parts();
  await new Listr(
    [
      {
        title: "The lab",
        task: (_ctx, task) =>
          stages.run("the lab", async () => {
            await operate(context, refresh ? ["up", "--refresh"] : ["up"], (line) => {
              parts.take(line);
              const words = narrate(line);
              if (words !== undefined && words !== task.output) task.output = words;
            });
          }),
      },
    ],
    rendering,
  ).run();
  for (const { part, seconds } of parts.times()) stages.add(`  ${part}`, seconds);
}

/** Which resources make up the parts that a person knows, for the table of times. */
const partsOfResources: readonly { readonly part: string; readonly is: (line: ResourceLine) => boolean }[] = [
  { part: "machines started", is: ({ type }) => type.endsWith(":Domain") },
  { part: "hosts answered SSH", is: ({ name }) => name.startsWith("host-names-") },
  { part: "share exported", is: ({ name }) => name === "nfs-share" },
  {
    part: "share mounted on both hosts",
    is: ({ name, type }) => name.startsWith("kvm-") && type.startsWith("command:"),
  },
  { part: "guest answered", is: ({ type }) => type === "kvmlab:index:Guest" },
  { part: "guest moved and proved", is: ({ type }) => type === "kvmlab:index:Migration" },
];

/** When each part of the lab was done, counted from the engine's start. */
class Parts {
  readonly #begun = performance.now();
  readonly #done = new Map<string, number>();

  take(line: ResourceLine): void {
    if (!isDone(line.status)) return;
    const part = partsOfResources.find(({ is }) => is(line))?.part;
    if (part !== undefined) this.#done.set(part, (performance.now() - this.#begun) / 1000);
  }

  times(): { part: string; seconds: number }[] {
    return [...this.#done].map(([part, seconds]) => ({ part: `${part} after`, seconds }));
  }
}

function resultOf(stack: LabStack, outputs: LabOutputs, stages: Stages): UpResult {
  const { guest, migration } = outputs;
  return { lab: stack.name, guest, migration, seconds: stages.totalSeconds, stages: stages.times };
}

function summary(stack: LabStack, outputs: LabOutputs, stages: Stages): string {
  const { guest, share, addresses } = outputs;
  const servers = Object.entries(addresses).map(([name, address]) => `${name} ${address}`);
  return [
    "",
    `The lab ${stack.name} is up: ${servers.join(", ")}; ${share.server}:${share.path} on ${share.mountPoint}.`,
    `The guest ${guest.name} (${guest.address}) runs on ${guest.runningOn}.`,
    ...describeMove(outputs),
    "",
    stages.table(),
    "",
    `Next: ./lab status, ./lab ssh source, ./lab console, ./lab up ${stack.name} -c guestRunsOn=source, ./lab down ${stack.name}`,
  ].join("\n");
}

function describeMove({ migration }: LabOutputs): string[] {
  if (migration.command === "") return ["Nothing was moved."];
  const figure = (value: number, unit: string) => (value < 0 ? "not known" : `${value} ${unit}`);
  const rows = migration.proofs.map(({ name, verdict, facts }) => [name, verdict, facts]);
  return [
    `Last move: ${migration.from} to ${migration.runningOn} in ${(migration.totalTimeMs / 1000).toFixed(1)} s` +
      ` (libvirt's job ${figure(migration.jobTimeMs, "ms")}, downtime ${figure(migration.downtimeMs, "ms")},` +
      ` ${figure(migration.dataMovedMiB, "MiB")} moved), by: ${migration.command}`,
    textTable(["proof", "verdict", "what was seen"], rows, { widths: [23, 10, 70] }),
  ];
}
