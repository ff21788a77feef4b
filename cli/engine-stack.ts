import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readProject } from "../stacks/settings";
import { cacheDir } from "../toolchain/cache";
import { writeConfigCopy } from "./lab-stack";
import { type PulumiContext, pulumi } from "./run-pulumi";

/** What the backend knows of a stack, before anything is changed. */
export interface EngineStack {
  readonly existed: boolean;
  /** Its state as JSON, secrets hidden; empty where it did not exist. */
  readonly state: string;
  /** Whether a killed engine left operations of which it never learned the end. */
  readonly unfinished: boolean;
}

/**
 * Sees to it that the stack exists in the backend, that nothing which a killed engine left there is in the way, and
 * that the copy of its file has the encryption settings.
 */
export async function ensureEngineStack(
  context: PulumiContext,
  overrides: Readonly<Record<string, unknown>>,
  config?: string,
): Promise<EngineStack> {
  const found = await findEngineStack(context, overrides, config);
  if (found.existed) await writeConfigCopy(context.stack, overrides, config);
  return found;
}

/**
 * The same, but the configuration of a stack that existed stays as it was: other commands take the lab's settings from
 * it, so it changes only when the new ones are not refused.
 */
export async function findEngineStack(
  context: PulumiContext,
  overrides: Readonly<Record<string, unknown>>,
  config?: string,
): Promise<EngineStack> {
  await unlockState(context);
  const state = await exportState(context);
  if (state !== undefined) return { existed: true, state, unfinished: await clearPending(context, state) };
  await writeConfigCopy(context.stack, overrides, config);
  await initStack(context);
  return { existed: false, state: "", unfinished: false };
}

/** `pulumi stack init` has no --config-file and would write its salt into stacks/: it runs in the lab's own folder. */
async function initStack(context: PulumiContext): Promise<void> {
  const { stack } = context;
  await writeFile(join(stack.folder, "Pulumi.yaml"), `name: ${readProject().name}\nruntime: nodejs\n`);
  const own = await readFile(stack.configFile, "utf8");
  await writeFile(stack.configFile, "");
  await pulumi(context, ["stack", "init", stack.name], stack.folder);
  const salted = await readFile(stack.configFile, "utf8");
  // A salt of an earlier state is not this one's.
  const unsalted = own.replace(/^(encryptionsalt|secretsprovider|encryptedkey):.*\n/gm, "");
  await writeFile(stack.configFile, `${salted}${unsalted}`);
}

const stackList = z.array(z.object({ name: z.string() }));

/** Our own backend keeps each stack in a file of its name: starting a program to ask would take as long as all the rest. */
export async function stackExists(context: PulumiContext): Promise<boolean> {
  const { stack, toolchain } = context;
  if (toolchain.backend === "local") {
    const files = await readdir(join(backendFolder(), "stacks", readProject().name)).catch(
      (): string[] => [],
    );
    return files.includes(`${stack.name}.json`) || files.includes(`${stack.name}.json.gz`);
  }
  const listed = stackList.parse(JSON.parse(await pulumi(context, ["stack", "ls", "--json"])));
  return listed.some(({ name }) => name === stack.name || name.endsWith(`/${stack.name}`));
}

/** The stack's state as JSON; undefined when there is no such stack. */
async function exportState(context: PulumiContext): Promise<string | undefined> {
  if (context.toolchain.backend === "local" && !(await stackExists(context))) return undefined;
  try {
    return await pulumi(context, ["stack", "export", "--stack", context.stack.name]);
  } catch (error) {
    if (await stackExists(context)) throw error;
    return undefined;
  }
}

/** Where the engine keeps what it knows, in the lab's own backend. */
function backendFolder(): string {
  return join(cacheDir(), "state", ".pulumi");
}

/**
 * Removes the lock of an engine that was killed. Only in the lab's own backend, where whoever holds the lab's lock knows
 * that no engine is at work: elsewhere it may be somebody's on another machine.
 */
async function unlockState(context: PulumiContext): Promise<void> {
  const { stack, toolchain } = context;
  if (toolchain.backend !== "local") return;
  const locks = await readdir(join(backendFolder(), "locks"), { recursive: true }).catch(() => []);
  if (!locks.some((path) => path.endsWith(".json") && path.split("/").includes(stack.name))) return;
  await pulumi(context, ["cancel", stack.name, "--yes"]);
}

const exported = z.looseObject({
  deployment: z.looseObject({ pending_operations: z.array(z.unknown()).nullish() }),
});

/** What was begun is forgotten, and looked at again by the refresh that follows. @returns whether there was anything */
async function clearPending(context: PulumiContext, text: string): Promise<boolean> {
  const cleared = withoutPending(text);
  if (cleared === undefined) return false;
  const file = join(context.stack.folder, "state-without-pending.json");
  await writeFile(file, cleared, { mode: 0o600 });
  await pulumi(context, ["stack", "import", "--stack", context.stack.name, "--file", file]);
  return true;
}

/** A state without its pending operations; undefined when it has none. */
export function withoutPending(text: string): string | undefined {
  const state = exported.parse(JSON.parse(text));
  const { pending_operations, ...deployment } = state.deployment;
  if (!pending_operations || pending_operations.length === 0) return undefined;
  return JSON.stringify({ ...state, deployment });
}
