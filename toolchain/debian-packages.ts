import { execa } from "execa";
import pLimit from "p-limit";
import { LabError } from "../errors/lab-error";
import type { Progress } from "./progress";

const queryTimeoutMs = 30_000;
const updateTimeoutMs = 180_000;
const installTimeoutMs = 900_000;
/** How long apt-get itself waits for another apt or dpkg to finish. */
const lockWaitSeconds = 120;

/** One apt-get at a time in this process; between processes dpkg's own lock does it. */
const oneAtATime = pLimit(1);

/**
 * Installs those of the Debian packages `names` that are missing, without their recommendations.
 * Nothing is asked of the network when all are there. Real package names only, not virtual ones.
 *
 * @throws LabError KVM-301 not root, KVM-302 not Debian, KVM-303 packages cannot be fetched,
 *   KVM-304 no such package, KVM-305 another package manager holds the lock, KVM-306 anything else.
 */
export function ensureDebianPackages(names: readonly string[], progress: Progress): Promise<void> {
  return oneAtATime(() => ensureNow(names, progress));
}

async function ensureNow(names: readonly string[], progress: Progress): Promise<void> {
  const missing = missingPackages(names, await queryStates(names));
  if (missing.length === 0) return;
  refuseWithoutRoot(missing);
  progress(`installing Debian packages: ${missing.join(", ")}`);
  const first = await install(missing);
  if (first.exitCode === 0) return;
  // An empty or an old package list shows as an unknown package or a 404; one update fixes both.
  progress("updating Debian's package lists");
  const update = await aptGet(["update"], updateTimeoutMs);
  if (update.exitCode !== 0) throw aptError(missing, update.text);
  progress(`installing Debian packages: ${missing.join(", ")}`);
  const second = await install(missing);
  if (second.exitCode !== 0) throw aptError(missing, second.text);
}

/** Which of `names` are not fully installed, by what `dpkg-query` says (lines of "status TAB name"). */
export function missingPackages(names: readonly string[], dpkgStates: string): string[] {
  const installed = new Set(
    dpkgStates
      .split("\n")
      .map((line) => line.split("\t"))
      .filter(([status]) => status?.[1] === "i")
      .map(([, name]) => name),
  );
  return [...new Set(names)].filter((name) => !installed.has(name));
}

async function queryStates(names: readonly string[]): Promise<string> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own syntax
  const format = "${db:Status-Abbrev}\t${Package}\n";
  const result = await execa("dpkg-query", ["--show", `--showformat=${format}`, ...names], {
    reject: false,
    timeout: queryTimeoutMs,
  });
  // dpkg-query ends with 1 when it does not know a name; without any output it never ran.
  if (result.exitCode !== undefined) return result.stdout ?? "";
  throw new LabError({
    code: "KVM-302",
    expected: "Debian 12 or one of its descendants, with dpkg-query and apt-get",
    found: result instanceof Error ? result.message : "no dpkg-query",
    fix: `install by your own package manager what Debian calls: ${names.join(" ")}`,
    cause: result,
  });
}

function refuseWithoutRoot(missing: readonly string[]): void {
  if (process.geteuid?.() === 0) return;
  throw new LabError({
    code: "KVM-301",
    expected: `root, to install the missing Debian packages ${missing.join(", ")}`,
    found: `user id ${process.geteuid?.() ?? "unknown"}`,
    fix: `run ./lab as root (sudo ./lab …), or once: sudo apt-get install --no-install-recommends ${missing.join(" ")}`,
  });
}

interface AptResult {
  readonly exitCode: number;
  readonly text: string;
}

function install(names: readonly string[]): Promise<AptResult> {
  return aptGet(["install", "--yes", "--no-install-recommends", ...names], installTimeoutMs);
}

async function aptGet(args: readonly string[], timeoutMs: number): Promise<AptResult> {
  const options = ["-o", `DPkg::Lock::Timeout=${lockWaitSeconds}`, "-o", "Acquire::Retries=3"];
  const result = await execa("apt-get", [...options, ...args], {
    reject: false,
    all: true,
    stdin: "ignore",
    timeout: timeoutMs,
    env: { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
  });
  const timeOut = result.timedOut ? `\nE: timed out after ${timeoutMs / 1000} s` : "";
  return { exitCode: result.exitCode ?? -1, text: `${result.all ?? ""}${timeOut}` };
}

export type AptTrouble = "KVM-303" | "KVM-304" | "KVM-305" | "KVM-306";

/** Reads apt-get's words for what kind of trouble it was; apt's exit code is 100 for all of them. */
export function classifyAptFailure(text: string): AptTrouble {
  if (/Could not get lock|Unable to (acquire|lock)/.test(text)) return "KVM-305";
  if (
    /Temporary failure resolving|Could not (resolve|connect)|Failed to fetch|Cannot initiate the connection/.test(
      text,
    )
  ) {
    return "KVM-303";
  }
  if (/Unable to locate package|has no installation candidate/.test(text)) return "KVM-304";
  return "KVM-306";
}

const aptFixes: Record<AptTrouble, string> = {
  "KVM-303": "check this machine's network and /etc/apt/sources.list, try: apt-get update",
  "KVM-304": "add Debian's main archive to /etc/apt/sources.list, then: apt-get update",
  "KVM-305": "wait until the other package manager has finished, then run the same command again",
  "KVM-306": "dpkg --configure -a && apt-get --fix-broken install, then run the same command again",
};

function aptError(missing: readonly string[], text: string): LabError {
  const code = classifyAptFailure(text);
  return new LabError({
    code,
    expected: `the Debian packages ${missing.join(", ")} to be installed by apt-get`,
    found: aptComplaints(text),
    fix: aptFixes[code],
  });
}

/** apt's own error lines, or the last lines of its output when it has none. */
export function aptComplaints(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const complaints = lines.filter((line) => line.startsWith("E: ") || line.startsWith("dpkg: error"));
  return (complaints.length > 0 ? complaints : lines).slice(-5).join("; ");
}
