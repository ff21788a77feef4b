import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { cacheDir, exists } from "../cache";

/** Our PULUMI_HOME: the plugins that were installed for this project, apart from the user's own. */
export function pulumiHome(): string {
  return join(cacheDir(), "pulumi-home");
}

/** Where the state of the stacks is kept, and how its secrets are encrypted. */
export interface Backend {
  readonly kind: "local" | "user";
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The user's own backend where there is one (PULUMI_BACKEND_URL, an access token, or a `pulumi login`),
 * else a folder in the cache whose secrets are encrypted with a passphrase made once (file mode 0600).
 */
export async function ensureBackend(): Promise<Backend> {
  const login = await loggedInTo();
  const usersOwn =
    process.env.PULUMI_BACKEND_URL ?? (process.env.PULUMI_ACCESS_TOKEN ? "" : undefined) ?? login;
  if (usersOwn !== undefined) {
    // The credentials stay where `pulumi login` put them although PULUMI_HOME is ours.
    return { kind: "user", env: { PULUMI_CREDENTIALS_PATH: userPulumiFolder() } };
  }
  const state = join(cacheDir(), "state");
  await mkdir(state, { recursive: true, mode: 0o700 });
  const env: Record<string, string> = { PULUMI_BACKEND_URL: `file://${state}` };
  // Somebody who sets a passphrase means it.
  if (process.env.PULUMI_CONFIG_PASSPHRASE === undefined && !process.env.PULUMI_CONFIG_PASSPHRASE_FILE) {
    env.PULUMI_CONFIG_PASSPHRASE_FILE = await ensurePassphrase();
  }
  return { kind: "local", env };
}

async function ensurePassphrase(): Promise<string> {
  const path = join(cacheDir(), "passphrase");
  if (await exists(path)) return path;
  await mkdir(cacheDir(), { recursive: true });
  // Written aside and linked: a name that exists has its whole content, and the first of two wins.
  const aside = `${path}.${process.pid}`;
  await writeFile(aside, randomBytes(32).toString("base64"), { mode: 0o600 });
  await link(aside, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(aside);
  return path;
}

function userPulumiFolder(): string {
  return process.env.PULUMI_CREDENTIALS_PATH ?? process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
}

const credentialsShape = z.object({ current: z.string().min(1) });

async function loggedInTo(): Promise<string | undefined> {
  const text = await readFile(join(userPulumiFolder(), "credentials.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return credentialsShape.safeParse(JSON.parse(text)).data?.current;
  } catch {
    return undefined;
  }
}
