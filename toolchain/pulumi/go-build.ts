import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { LabError } from "../../errors/lab-error";
import { buildOnce, contentKey } from "../cache";
import type { Progress } from "../progress";
import { findProgram } from "./find-program";
import { goFits, oldestGoText } from "./versions";

const goRoot = resolve(__dirname, "../go");
/** The engine takes 2.5 minutes from nothing on 2 cores; a slow network deserves more. */
const buildTimeoutMs = 20 * 60_000;

/** One program that is built from a module under toolchain/go. */
export interface GoProgram {
  readonly module: "engine" | "language-nodejs" | "libvirt-plugin";
  /** The package to build: an import path, or a folder of the module. */
  readonly packagePath: string;
  readonly executable: string;
}

/** Whether this machine has a Go that can build the toolchain. */
export async function goVersion(): Promise<string | undefined> {
  const go = await findProgram("go");
  if (!go) return undefined;
  const result = await execa(go, ["env", "GOVERSION"], { reject: false, timeout: 20_000, cwd: goRoot });
  return result.exitCode === 0 ? result.stdout.trim() : undefined;
}

/**
 * The path of a program built from its pinned module sources; built on the first call, then taken from the cache.
 *
 * @throws LabError KVM-202 without a Go that is new enough, KVM-203 when the build fails.
 */
export async function buildGoProgram(program: GoProgram, progress: Progress): Promise<string> {
  const version = await goVersion();
  if (!version || !goFits(version)) {
    throw new LabError({
      code: "KVM-202",
      expected: `Go ${oldestGoText} or newer on PATH, to build ${program.executable} from module sources`,
      found: version ?? "no go on PATH",
      mend: "install Go from https://go.dev/dl/, or install Pulumi from https://www.pulumi.com/docs/install/",
    });
  }
  const folder = join(goRoot, program.module);
  const key = contentKey([version, process.arch, program.packagePath, ...(await sources(folder))]);
  const built = await buildOnce("go", `${program.executable}-${key}`, async (staging) => {
    progress(`building ${program.executable} from Go modules`);
    await build(folder, program, join(staging, program.executable));
  });
  return join(built, program.executable);
}

async function build(folder: string, program: GoProgram, output: string): Promise<void> {
  const args = ["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", output];
  const attempt = () =>
    execa("go", [...args, program.packagePath], {
      cwd: folder,
      reject: false,
      all: true,
      timeout: buildTimeoutMs,
      env: { CGO_ENABLED: "0" },
    });
  let result = await attempt();
  // A module proxy that sees a version for the first time may answer 404 once.
  if (result.exitCode !== 0 && /404 Not Found|connection reset|EOF/.test(result.all ?? ""))
    result = await attempt();
  if (result.exitCode === 0) return;
  throw new LabError({
    code: "KVM-203",
    expected: `${program.executable} to build from toolchain/go/${program.module}`,
    found: result.timedOut ? `no end after ${buildTimeoutMs / 60_000} minutes` : lastLines(result.all ?? ""),
    mend: `check the network (Go modules: go env GOPROXY) and the free disk space, then try: cd toolchain/go/${program.module} && go build -mod=readonly ${program.packagePath}`,
  });
}

/** Names and contents of all files of a module: what its programs are made from. */
async function sources(folder: string): Promise<(string | Buffer)[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const parts = await Promise.all(
    paths.map(async (path) => [path.slice(folder.length), await readFile(path)]),
  );
  return parts.flat();
}

function lastLines(text: string): string {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("go: downloading"))
    .slice(-4)
    .join("; ");
}
