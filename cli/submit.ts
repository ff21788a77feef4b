import type { CheckResult } from "../course/evaluate";
import type { Language } from "../course/exercise";
import type { Content } from "../course/hand-in/content";
import { checksDigest, pointsOf } from "../course/hand-in/points";
import { seal } from "../course/hand-in/sealed";
import { version } from "../package.json";
import { storageServer, topologyOf } from "../stacks/topology/topology";
import { hostOf, knownLab } from "./access";
import { type ActiveExercise, activeExercise, type CourseOptions, languageOf } from "./active-exercise";
import { handInKey, labIdentity } from "./hand-in-key";
import { inspectSteps } from "./inspect-steps";
import { settingsInUse } from "./lab-stack";
import { movesToHandIn, toldByMachines } from "./what-is-handed-in";
import { writeOutput } from "./write-output";

export interface SubmitOptions extends CourseOptions {
  /** Who hands it in. */
  readonly name: string;
  /** The file to write; named after the exercise when left out. */
  readonly output?: string;
  /** Print the lab's public key, and hand in nothing. */
  readonly key: boolean;
}

/**
 * `./lab submit`: how far the exercise is now, and what was done in its lab, as one signed file.
 *
 * @throws LabError KVM-952 no exercise, KVM-905 when the lab is not up, KVM-959 its key cannot be used, KVM-919 the file cannot be written
 */
export async function submit(options: SubmitOptions): Promise<void> {
  const active = await activeExercise(options);
  const { stack, exercise } = active;
  const { pem, publicKey } = await handInKey(stack);
  if (options.key) {
    console.log(`${publicKey} ${options.name || stack.name}`);
    return;
  }
  const content = await contentOf(active, options.name);
  const sealed = seal(content, pem);
  const file = await writeOutput(options.output ?? `hand-in-${exercise.name}.json.gz`, sealed, {
    what: "hand-in",
    instead: `-o /tmp/hand-in-${exercise.name}.json.gz`,
  });
  const { points, of } = pointsOf(content, exercise);
  const tell = words[languageOf(options.lang)];
  const size = `${Math.ceil(sealed.length / 1024)} KiB`;
  console.log([tell.points(points, of), tell.file(file, size), ...notes(content, tell)].join("\n"));
}

async function contentOf(active: ActiveExercise, student: string): Promise<Content> {
  const { stack, exercise } = active;
  const { hosts } = await knownLab(stack);
  const nfs = hostOf(hosts, storageServer);
  const { guests } = topologyOf(settingsInUse(stack));
  const [results, told, moves] = await Promise.all([
    inspectSteps(active, exercise.steps, "en"),
    toldByMachines(hosts, nfs, guests),
    movesToHandIn(stack.name),
  ]);
  return {
    student: student.slice(0, 200),
    at: new Date().toISOString(),
    lab: { name: stack.name, identity: labIdentity(nfs) },
    exercise: { name: exercise.name, checks: checksDigest(exercise) },
    checks: results.map(handedCheck),
    ...told,
    moves,
    versions: { "KVM migration lab": version, "Node.js": process.versions.node },
  };
}

function handedCheck({ step, check, verdict, seen, weight }: CheckResult): Content["checks"][number] {
  return { step, check, verdict, seen: seen.slice(0, 2_000), weight };
}

const words = {
  en: {
    points: (points: number, of: number) => `${points} of ${of} points`,
    file: (file: string, size: string) => `${file} (${size}): hand in this file as it is`,
    open: (server: string) =>
      `On ${server} a shell is open: what was typed there is in the file only after it has ended (exit), and ./lab submit again.`,
    silent: (server: string) => `${server} does not answer: what was typed there is not in the file.`,
  },
  zh: {
    points: (points: number, of: number) => `得分 ${points} / ${of}`,
    file: (file: string, size: string) => `${file}（${size}）：请原样提交这个文件`,
    open: (server: string) =>
      `${server} 上还有打开的终端：先用 exit 退出，再执行一次 ./lab submit，其中输入的命令才会写进文件。`,
    silent: (server: string) => `${server} 没有应答：在它上面输入的命令没有写进文件。`,
  },
} satisfies Record<Language, unknown>;

function notes({ openShells, silent }: Content, tell: (typeof words)[Language]): string[] {
  return [...openShells.map(tell.open), ...silent.map(tell.silent)];
}
