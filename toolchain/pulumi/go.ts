import { resolve } from "node:path";
import { execa } from "execa";
import { LabError } from "../../errors/lab-error";
import { findProgram } from "./find-program";
import { goFits, oldestGoText } from "./versions";

/** The modules that are built here, each in a folder named as GoProgram's `module`. */
export const goModules = resolve(__dirname, "../go");
/** A Go that is too old may be one that fetches a newer one by itself. */
const fetchTimeoutMs = 3 * 60_000;

/** A Go of this machine. */
export interface Go {
  readonly executable: string;
  /** As Go says it: `go1.26.8`. */
  readonly version: string;
}

/** The Go of this machine that can build the toolchain, or undefined. */
export async function findGo(): Promise<Go | undefined> {
  const executable = await goExecutable();
  if (!executable) return undefined;
  const own = await ownVersion(executable);
  if (own && goFits(own)) return { executable, version: own };
  const fetched = await versionIn(`${goModules}/engine`, executable, {}, fetchTimeoutMs);
  return fetched && goFits(fetched) ? { executable, version: fetched } : undefined;
}

/** @throws LabError KVM-202 when findGo found none. */
export async function requireGo(go: Go | undefined): Promise<Go> {
  if (go) return go;
  const executable = await goExecutable();
  const found = executable
    ? `${executable}: ${(await ownVersion(executable)) ?? "does not run"}`
    : "no go on PATH";
  throw new LabError({
    code: "KVM-202",
    expected: `Pulumi's official download, or Go ${oldestGoText} or newer to build Pulumi from module sources`,
    found: `the download cannot be reached; ${found}`,
    fix: "install Go from https://go.dev/dl/, or install Pulumi from https://www.pulumi.com/docs/install/",
  });
}

function goExecutable(): Promise<string | undefined> {
  return findProgram("go", ["/usr/local/go/bin"]);
}

function ownVersion(executable: string): Promise<string | undefined> {
  return versionIn(goModules, executable, { GOTOOLCHAIN: "local" }, 20_000);
}

async function versionIn(
  folder: string,
  executable: string,
  env: Record<string, string>,
  timeout: number,
): Promise<string | undefined> {
  const result = await execa(executable, ["env", "GOVERSION"], { reject: false, timeout, cwd: folder, env });
  return result.exitCode === 0 ? result.stdout.trim() : undefined;
}
