import { Listr, ListrLogger, type ListrTask, PRESET_TIMER, ProcessOutput } from "listr2";
import type { Progress } from "../toolchain/progress";

/** One long step of a command. */
export interface Step {
  readonly title: string;
  readonly work: (progress: Progress) => Promise<void>;
}

/** Where nobody watches, a message that differs from the last one by its numbers only is told this often. */
const repeatMs = 15_000;

/**
 * Does the steps and shows on standard error what each is at and for how long: in place on a terminal, line by line
 * elsewhere. The first one that fails ends it, with its own error.
 */
export async function showSteps(
  steps: readonly Step[],
  { concurrent = false }: { readonly concurrent?: boolean } = {},
): Promise<void> {
  const interactive = process.stderr.isTTY && process.env.CI === undefined;
  const failures: unknown[] = [];
  const tasks = steps.map((step): ListrTask => taskOf(step, interactive, (error) => failures.push(error)));
  const logger = new ListrLogger({
    useIcons: true,
    processOutput: new ProcessOutput(process.stderr, process.stderr),
  });
  await new Listr(tasks, {
    concurrent,
    forceTTY: interactive,
    renderer: interactive ? "default" : "simple",
    rendererOptions: { logger, timer: PRESET_TIMER, collapseErrors: true, showErrorMessage: false },
    // Ctrl-C is cancellation.ts's.
    registerSignalListeners: false,
  })
    .run()
    .catch((error: unknown) => {
      throw failures[0] ?? error;
    });
}

function taskOf({ title, work }: Step, interactive: boolean, onFailure: (error: unknown) => void): ListrTask {
  return {
    title,
    task: async (_context, task) => {
      const started = performance.now();
      const clock = interactive
        ? setInterval(() => {
            task.title = `${title} [${duration(performance.now() - started)}]`;
          }, 1_000)
        : undefined;
      const tell: Progress = (message) => {
        task.output = message;
      };
      try {
        await work(interactive ? tell : withoutRepeats(tell, () => performance.now()));
      } catch (error) {
        onFailure(error);
        // Told in full at the end, once.
        throw new Error("see below");
      } finally {
        clearInterval(clock);
        task.title = title;
      }
    },
  };
}

/** Passes on what is new; a message that only counts on (`… 13 s`, `… 14 s`) now and then. */
export function withoutRepeats(tell: Progress, nowMs: () => number): Progress {
  let last = "";
  let toldAt = Number.NEGATIVE_INFINITY;
  return (message) => {
    const shape = message.replace(/\d+/g, "#");
    if (shape === last && nowMs() - toldAt < repeatMs) return;
    last = shape;
    toldAt = nowMs();
    tell(message);
  };
}

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
