import { availableParallelism, totalmem } from "node:os";
import { runVitest, type VitestRun } from "./run-vitest";
import type { Stages } from "./stages";
import type { TestFile } from "./test-files";
import { type FilesOnLabs, stageOf } from "./test-plan";

/**
 * The labs that files of tests use, one for each file that runs at the same time: stacks/Pulumi.<name>.yaml. Only beside the first one a file may build
 * other labs, and takes down what another file left of these (test/lab/fresh-lab.ts).
 */
export const testLabs = ["test", "test-second"] as const;

/** A file takes some minutes on 2 emulated cores; one that hangs must not hide the results of the others. */
const fileLimitMs = 25 * 60_000;

/** Two labs of the tests, and one more that a file builds besides. */
const bytesOfTwo = 12 * 1024 ** 3;

export function carriesTwoLabs(machine = { processors: availableParallelism(), bytes: totalmem() }): boolean {
  return machine.processors >= 2 && machine.bytes >= bytesOfTwo;
}

export interface OnLabsOptions {
  /** Of `testLabs`, from the first one on. */
  readonly labs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whether tests with the tag `long` run, too. */
  readonly long: boolean;
  /** After this time of all stages no further file begins. */
  readonly limitSeconds: number;
}

/**
 * Runs files of tests on labs, each in a separate run of vitest: none can end the others. With two labs two files run at the same time. One
 * that failed beside another runs again alone, and that counts: a test that finds something wrong fails there, too, and one that had too little of the
 * machine does not. Both are printed.
 */
export async function runOnLabs(
  files: FilesOnLabs,
  { labs, env, long, limitSeconds }: OnLabsOptions,
  stages: Stages,
): Promise<VitestRun[]> {
  const run = async (file: TestFile, lab: string, shown: boolean): Promise<VitestRun> => {
    const group = { project: file.project, files: [file] };
    const leftMs = Math.ceil(Math.max(limitSeconds - stages.totalSeconds, 1)) * 1000;
    const options = {
      limitMs: Math.min(fileLimitMs, leftMs),
      shown,
      env: { ...env, KVMLAB_TEST_LAB: lab },
      long,
    };
    const done = await stages.run(stageOf(group), () => runVitest(group, options));
    console.log(`${done.output}\n${stageOf(group)} on the lab ${lab}: ${counted(done)}`);
    return done;
  };
  const shown = labs.length === 1;
  const queue = new FileQueue(files);
  const runs: VitestRun[] = [];
  const work = async (lab: string, isFirst: boolean) => {
    for (let file = queue.next(isFirst); file; file = queue.next(isFirst))
      runs.push(await run(file, lab, shown));
  };
  await Promise.all(labs.map((lab, index) => work(lab, index === 0)));
  if (shown) return runs;

  const final: VitestRun[] = [];
  for (const beside of runs) {
    const [file] = beside.group.files;
    const [alone] = labs;
    if (beside.counts.failed === 0 || !file || !alone) final.push(beside);
    else final.push(await run(file, alone, true));
  }
  return final;
}

function counted({ counts: { passed, failed, skipped } }: VitestRun): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Hands out files, each once. */
export class FileQueue {
  readonly #ownLabs: TestFile[];
  readonly #oneLab: TestFile[];

  constructor({ ownLabs, oneLab }: FilesOnLabs) {
    this.#ownLabs = [...ownLabs];
    this.#oneLab = [...oneLab];
  }

  /**
   * What runs next on the first lab, or on another. The first one goes on with files that build it, from the end; the other one begins with those that
   * reset it, and is built for all of them once.
   */
  next(onFirst: boolean): TestFile | undefined {
    return onFirst ? (this.#ownLabs.shift() ?? this.#oneLab.pop()) : this.#oneLab.shift();
  }
}
