import { LabError } from "../errors/lab-error";
import { reportError } from "./report-error";

/** What Ctrl-C does just now: the last one who asked for it. */
const handlers: (() => void)[] = [];

/** Lets `handler` answer Ctrl-C, instead of the end of this process, until the function that it returns is called. */
export function onCancel(handler: () => void): () => void {
  handlers.push(handler);
  return () => {
    const at = handlers.indexOf(handler);
    if (at >= 0) handlers.splice(at, 1);
  };
}

/**
 * Makes Ctrl-C, SIGTERM and a closed terminal end this command with an explanation and its own exit code. What runs
 * below it (apt-get, go, mmdebstrap …) ends with this process, and its locks are let go; what was half made in the
 * cache has no name yet and is cleared away by the next command.
 */
export function listenForCancel(next: string): void {
  const cancel = () => {
    const handler = handlers.at(-1);
    if (handler) return handler();
    process.exit(reportError(wasCancelled(next)));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, cancel);
}

export function wasCancelled(next: string): LabError {
  return new LabError({
    code: "KVM-904",
    expected: "the run to come to its end",
    found: "it was cancelled; what was finished by then stays",
    fix: next,
  });
}
