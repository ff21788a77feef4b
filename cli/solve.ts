import { HostPool } from "kvmlab-provider/host/host-pool";
import { evaluate } from "../course/evaluate";
import { fillIn } from "../course/fill-in";
import { look } from "../course/look";
import { stepOf } from "../course/read-exercises";
import { LabError } from "../errors/lab-error";
import { activeExercise, type CourseOptions, hostsOfRoles, languageOf } from "./active-exercise";

const commandLimitMs = 300_000;

/**
 * `./lab solve STEP`: types the solution's commands on the servers, each shown as it is typed, with what it answers.
 *
 * @throws LabError KVM-955 at the first one that fails
 */
export async function solve(step: string, options: CourseOptions): Promise<void> {
  const { stack, exercise, values } = await activeExercise(options);
  const { solution } = stepOf(exercise, step);
  const hosts = await hostsOfRoles(stack);
  const pool = new HostPool();
  try {
    for (const { on, run } of solution)
      for (const line of run) {
        const host = hosts[on];
        const command = fillIn(line, values, "shell");
        console.log(`root@${host.name}:~# ${command}`);
        const { exitCode, stderr } = await pool.run(host, command, {
          timeoutMs: commandLimitMs,
          signal: AbortSignal.timeout(commandLimitMs),
          onStdout: (text) => process.stdout.write(text),
          onStderr: (text) => process.stderr.write(text),
        });
        if (exitCode !== 0) throw failed(stack.name, host.name, command, exitCode, stderr);
      }
  } finally {
    pool.close();
  }
}

/** `./lab hint [STEP]`: of what does not pass, in the step or in the first one that is not done. */
export async function hint(step: string | undefined, options: CourseOptions): Promise<void> {
  const language = languageOf(options.lang);
  const { stack, exercise, values } = await activeExercise(options);
  const steps = step === undefined ? exercise.steps : [stepOf(exercise, step)];
  const hosts = await hostsOfRoles(stack);
  const pool = new HostPool();
  try {
    const checks = steps.flatMap((one) => one.checks);
    const results = evaluate(steps, await look(checks, values, hosts, pool), values, language);
    const wrong = results.filter(({ verdict }) => verdict !== "passed");
    const first = wrong.filter((one) => one.step === wrong[0]?.step);
    const lines = first.map((one) => `${one.step}/${one.check}: ${one.text}\n  ${one.hint}`);
    console.log(lines.length > 0 ? [...new Set(lines)].join("\n") : nothingWrong[language]);
  } finally {
    pool.close();
  }
}

const nothingWrong = { en: "Nothing is missing here.", zh: "这里没有问题。" };

function failed(lab: string, host: string, command: string, exitCode: number, said: string): LabError {
  return new LabError({
    code: "KVM-955",
    host,
    expected: `${command} to succeed`,
    found: `exit code ${exitCode}: ${said.trim().split("\n").at(-1) ?? ""}`,
    fix: `./lab check --lab ${lab} says what is there; ./lab reset ${lab} returns it to where it was built`,
  });
}
