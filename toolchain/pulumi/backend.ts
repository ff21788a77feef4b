import { randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { cacheDir, exists } from "../cache";

/** Where the state of the stacks is kept: a folder in the cache, or wherever the user keeps his. */
export type BackendKind = "local" | "user";

/** A state backend, and how the secrets in it are encrypted. */
export interface Backend {
  readonly kind: BackendKind;
  readonly env: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The user's own backend where there is one (PULUMI_BACKEND_URL, an access token, or a `pulumi login`), else a folder
 * in the cache. Secrets that a passphrase protects get one that is made once (file mode 0600), unless the user set his.
 */
export async function ensureBackend(): Promise<Backend> {
  const kind = backendKind(process.env, await loggedInTo());
  const secrets: Record<string, string> = {};
  if (!hasPassphrase(process.env)) secrets.PULUMI_CONFIG_PASSPHRASE_FILE = await ensurePassphrase();
  // The credentials stay where `pulumi login` put them although PULUMI_HOME is ours.
  if (kind === "user") return { kind, env: { PULUMI_CREDENTIALS_PATH: userPulumiFolder(), ...secrets } };
  const state = join(cacheDir(), "state");
  await mkdir(state, { recursive: true, mode: 0o700 });
  return { kind, env: { PULUMI_BACKEND_URL: `file://${state}`, ...secrets } };
}

/** Whose backend it is, by the environment and by what `pulumi login` wrote down. */
export function backendKind(env: Environment, login: string | undefined): BackendKind {
  return env.PULUMI_BACKEND_URL || env.PULUMI_ACCESS_TOKEN || login ? "user" : "local";
}

/** Somebody who sets a passphrase means it, even an empty one. */
function hasPassphrase(env: Environment): boolean {
  return env.PULUMI_CONFIG_PASSPHRASE !== undefined || Boolean(env.PULUMI_CONFIG_PASSPHRASE_FILE);
}

async function ensurePassphrase(): Promise<string> {
  const path = join(cacheDir(), "passphrase");
  if (await exists(path)) return path;
  await mkdir(cacheDir(), { recursive: true });
  // Written aside and linked: a name that exists has its whole content, and the first of two wins.
  const aside = `${path}.${randomUUID()}`;
  await writeFile(aside, randomBytes(32).toString("base64"), { mode: 0o600 });
  await link(aside, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(aside);
  return path;
}

function userPulumiFolder(): string {
  return process.env.PULUMI_CREDENTIALS_PATH || process.env.PULUMI_HOME || join(homedir(), ".pulumi");
}

const credentialsShape = z.object({ current: z.string().min(1) });

/** The backend that `pulumi login` chose last, or undefined. */
async function loggedInTo(): Promise<string | undefined> {
  try {
    const text = await readFile(join(userPulumiFolder(), "credentials.json"), "utf8");
    return credentialsShape.parse(JSON.parse(text)).current;
  } catch {
    return undefined;
  }
}
