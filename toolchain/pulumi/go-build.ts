import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { LabError } from "../../errors/lab-error";
import { buildOnce, cacheDir, cached, contentKey, exclusively } from "../cache";
import { type Progress, timed } from "../progress";
import { type Go, goModules } from "./go";
import type { GoProgram } from "./go-programs";

/** The engine takes 2 minutes from nothing on 2 cores; a slow network deserves more. */
const buildTimeoutMs = 20 * 60_000;

/** The path of a program that was built before from what is there now, or undefined. */
export async function builtGoProgram(go: Go, program: GoProgram): Promise<string | undefined> {
  const folder = await cached("go", await keyOf(go, program));
  return folder && join(folder, program.executable);
}

/**
 * The paths of programs built from their pinned module sources, in the order asked for; what is in the cache is not
 * built again. One process at a time builds, because Go's caches are removed after the last build: they hold
 * gigabytes that nothing needs any more.
 *
 * @throws LabError KVM-203 when a build fails.
 */
export async function buildGoPrograms(
  go: Go,
  programs: readonly GoProgram[],
  progress: Progress,
): Promise<string[]> {
  const built = await Promise.all(programs.map((program) => builtGoProgram(go, program)));
  if (built.every((path) => path !== undefined)) return built;
  return exclusively(
    "go-builds",
    async () => {
      const paths: string[] = [];
      const prefetch = prefetchModules(go, programs.slice(1));
      try {
        for (const program of programs) paths.push(await buildOne(go, program, progress));
      } finally {
        prefetch.abort();
        await rm(goCaches(), { recursive: true, force: true });
      }
      return paths;
    },
    progress,
  );
}

async function buildOne(go: Go, program: GoProgram, progress: Progress): Promise<string> {
  const folder = await buildOnce("go", await keyOf(go, program), (staging) =>
    timed(progress, `building ${program.executable} from Go modules`, () =>
      compile(go, program, join(staging, program.executable)),
    ),
  );
  return join(folder, program.executable);
}

async function compile(go: Go, program: GoProgram, output: string): Promise<void> {
  const args = ["build", ...buildFlags, ...outputFlags(program), "-o", output];
  const attempt = () =>
    execa(go.executable, [...args, program.packagePath], {
      ...buildOptions(program),
      all: true,
      timeout: buildTimeoutMs,
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
    fix: `check the network (go env GOPROXY) and the free disk space, then try: cd toolchain/go/${program.module} && go build -mod=readonly ${program.packagePath}`,
  });
}

/** Downloads what the later builds need while the first one compiles. Whatever goes wrong here, the build itself reports. */
function prefetchModules(go: Go, programs: readonly GoProgram[]): AbortController {
  const controller = new AbortController();
  const fetchAll = async () => {
    for (const program of programs) {
      if (controller.signal.aborted || (await builtGoProgram(go, program))) continue;
      await execa(go.executable, ["list", ...buildFlags, "-deps", program.packagePath], {
        ...buildOptions(program),
        stdout: "ignore",
        timeout: buildTimeoutMs,
        signal: controller.signal,
      });
    }
  };
  fetchAll().catch(() => undefined);
  return controller;
}

/**
 * No symbols, no debugger's tables, and the version where Pulumi's own releases put theirs. Inlining only in the
 * standard library and in cryptography: that saves a quarter of the time to build, and no command takes longer for it.
 */
function outputFlags(program: GoProgram): string[] {
  const version = program.version
    ? ` -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${program.version}`
    : "";
  return [
    "-trimpath",
    "-buildvcs=false",
    "-gcflags=all=-dwarf=false -l",
    "-gcflags=std=-dwarf=false",
    "-gcflags=golang.org/x/crypto/...=-dwarf=false",
    `-ldflags=-s -w${version}`,
  ];
}

const buildFlags = ["-mod=readonly", "-modcacherw"] as const;

function buildOptions(program: GoProgram) {
  return {
    cwd: join(goModules, program.module),
    env: { ...goCacheEnvironment(process.env), CGO_ENABLED: "0", GOWORK: "off" },
    reject: false,
  } as const;
}

function goCaches(): string {
  return join(cacheDir(), "go-caches");
}

/** Go's own caches lie in ours for as long as it builds, unless the user says where they are: those are kept. */
export function goCacheEnvironment(
  user: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const env: Record<string, string> = {};
  if (!user.GOMODCACHE) env.GOMODCACHE = join(goCaches(), "modules");
  if (!user.GOCACHE) env.GOCACHE = join(goCaches(), "objects");
  return env;
}

async function keyOf(go: Go, program: GoProgram): Promise<string> {
  const folder = join(goModules, program.module);
  const key = contentKey([
    go.version,
    process.arch,
    program.packagePath,
    ...outputFlags(program),
    ...(await sources(folder)),
  ]);
  return `${program.executable}-${key}`;
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
