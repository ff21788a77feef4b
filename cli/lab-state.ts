import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { movedState, type Places } from "../machines/snapshots/moved-state";
import { ensureEngineStack, withoutPending } from "./engine-stack";
import { type PulumiContext, pulumi } from "./run-pulumi";

const exported = z.looseObject({ version: z.number(), deployment: z.looseObject({}) });
type State = z.output<typeof exported>;

/** The stack's state with its secrets shown, as JSON: another machine has another passphrase. */
export async function readableState(context: PulumiContext): Promise<string> {
  return pulumi(context, ["stack", "export", "--show-secrets", "--stack", context.stack.name]);
}

/** Whether a killed engine left operations in it of which it never learned the end. */
export function hasPending(state: string): boolean {
  return withoutPending(state) !== undefined;
}

/** A copy of the configuration without what its secrets are encrypted with: that is the machine's. */
export function withoutSalt(config: string): string {
  return config.replace(/^(encryptionsalt|secretsprovider|encryptedkey):.*\n?/gm, "");
}

/** A state of another time or place. */
export interface SavedState {
  readonly json: string;
  readonly config: string;
  readonly from: Places;
  readonly to: Places;
}

/** Makes it the stack's, encrypted as this machine's are. */
export async function importState(context: PulumiContext, saved: SavedState): Promise<void> {
  const { stack } = context;
  const { existed } = await ensureEngineStack(context, {}, saved.config);
  const own = existed ? await pulumi(context, ["stack", "export", "--stack", stack.name]) : undefined;
  const salt = saltOf(await readFile(stack.configFile, "utf8"));
  const moved = exported.parse(movedState(JSON.parse(saved.json), saved.from, saved.to));
  const file = join(stack.folder, "state-to-import.json");
  await writeFile(file, JSON.stringify(forThisMachine(moved, salt, own)), { mode: 0o600 });
  try {
    await pulumi(context, ["stack", "import", "--stack", stack.name, "--file", file]);
  } finally {
    await rm(file, { force: true });
  }
}

const config = z.looseObject({ encryptionsalt: z.string().optional() }).nullish();

function saltOf(text: string): string | undefined {
  return config.parse(parse(text))?.encryptionsalt;
}

/** The engine encrypts by what the state says of that, not by what the stack has. */
export function forThisMachine(state: State, salt: string | undefined, own: string | undefined): State {
  const { secrets_providers: _old, ...deployment } = state.deployment;
  const present =
    own === undefined ? undefined : exported.parse(JSON.parse(own)).deployment.secrets_providers;
  const provider = salt === undefined ? present : { type: "passphrase", state: { salt } };
  return { ...state, deployment: { ...deployment, ...(provider ? { secrets_providers: provider } : {}) } };
}
