import { expect } from "vitest";
import type { MigrationOptionsInput } from "../../provider/migrate/options";
import type { Proof } from "../../provider/sdk/migration";
import type { StorageKind } from "../../stacks/topology/storage-kinds";
import type { Truth } from "./inside";
import { jsonOf, type LabResult, lab, stack, start } from "./lab-command";

export interface UpSettings {
  readonly guestRunsOn: "source" | "target";
  readonly migrationOptions?: MigrationOptionsInput;
  readonly break?: readonly string[];
  readonly refresh?: boolean;
  /** Default: as the stack's file has it. */
  readonly storage?: StorageKind;
  readonly names?: "hosts" | "dns";
  /** Default: as the stack's file has it, which is not. */
  readonly resetPoint?: boolean;
  /** Default: as the stack's file has it, which is so. */
  readonly warmStart?: boolean;
}

function words({
  guestRunsOn,
  migrationOptions = {},
  break: broken = [],
  refresh = false,
  storage,
  names,
  resetPoint,
  warmStart,
}: UpSettings): string[] {
  return [
    "up",
    stack,
    "--json",
    ...(refresh ? ["--refresh"] : []),
    ...["-c", `guestRunsOn=${guestRunsOn}`],
    ...["-c", `migrationOptions=${JSON.stringify(migrationOptions)}`],
    ...["-c", `break=${broken.join(",")}`],
    ...(storage ? ["-c", `storage=${storage}`] : []),
    ...(names ? ["-c", `names=${names}`] : []),
    ...(resetPoint ? ["-c", "resetPoint=true"] : []),
    ...(warmStart === undefined ? [] : ["-c", `warmStart=${warmStart}`]),
  ];
}

export interface Moved {
  readonly migration: {
    readonly moved: boolean;
    readonly runningOn: string;
    readonly command: string;
    readonly jobTimeMs: number;
    readonly downtimeMs: number;
    readonly dataMovedMiB: number;
    readonly proofs: readonly Proof[];
  };
}

/** `./lab up` to its good end. */
export async function up(settings: UpSettings, limitSeconds = 600): Promise<Moved> {
  const result = await lab(words(settings), limitSeconds);
  expect(result.exitCode, result.all).toBe(0);
  return jsonOf(result) as Moved;
}

/** `./lab up` that is to fail, with this code in what it says. */
export async function refused(settings: UpSettings, code: string): Promise<LabResult> {
  const result = await lab(words(settings), 300);
  expect(result.exitCode, result.all).toBe(1);
  expect(result.stderr, result.all).toContain(code);
  return result;
}

const firstFigures = /migrating guest to \w+: [1-9]/;

/** `./lab up` during whose move something is done, as soon as `when` is shown: when left out, the job's first figures. */
export async function upDuring(
  settings: UpSettings,
  act: (running: ReturnType<typeof start>) => Promise<unknown>,
  when = firstFigures,
): Promise<LabResult> {
  const running = start(words(settings), 400);
  let acting: Promise<unknown> | undefined;
  const begun = new Promise<void>((resolve) => {
    running.all?.on("data", (chunk: Buffer) => {
      if (!when.test(chunk.toString()) || acting !== undefined) return;
      acting = act(running);
      resolve();
    });
    void running.then(() => resolve());
  });
  await begun;
  const { exitCode, stdout, stderr, all } = await running;
  if (acting === undefined) throw new Error(`the move ended before it showed ${when}:\n${all}`);
  await acting;
  return { exitCode, stdout, stderr, all: all ?? "" };
}

/** From where the guest is to where it is not. */
export interface Direction {
  readonly from: "source" | "target";
  readonly to: "source" | "target";
}

export function nextDirection({ runningOn }: Truth): Direction {
  return runningOn[0] === "target" ? { from: "target", to: "source" } : { from: "source", to: "target" };
}

/** Exactly one copy runs, the same one as before, and nothing of it was lost. */
export function expectOneWhole(before: Truth, after: Truth): void {
  expect(after.runningOn, after.states.join(", ")).toHaveLength(1);
  expect(after.status?.bootId).toBe(before.status?.bootId);
  expect(after.status?.counter ?? 0).toBeGreaterThan(before.status?.counter ?? 0);
  expect(after.memory?.wrong).toBe(0);
  expect(after.disk).toMatchObject({ gaps: before.disk?.gaps ?? 0, torn: before.disk?.torn ?? 0 });
}
