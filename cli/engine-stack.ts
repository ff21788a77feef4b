import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readProject } from "../stacks/settings";
import { writeConfigCopy } from "./lab-stack";
import { type PulumiContext, pulumi } from "./run-pulumi";

/**
 * Sees to it that the stack exists in the backend and that the copy of its file has the encryption settings.
 *
 * `pulumi stack init` has no --config-file and would write its salt into stacks/: it runs in the lab's own folder.
 */
export async function ensureEngineStack(
  context: PulumiContext,
  overrides: Readonly<Record<string, unknown>>,
): Promise<{ readonly existed: boolean }> {
  const { stack } = context;
  await writeConfigCopy(stack, overrides);
  const existed = await stackExists(context);
  if (!existed) {
    await writeFile(join(stack.folder, "Pulumi.yaml"), `name: ${readProject().name}\nruntime: nodejs\n`);
    const own = await readFile(stack.configFile, "utf8");
    await writeFile(stack.configFile, "");
    await pulumi(context, ["stack", "init", stack.name], stack.folder);
    const salted = await readFile(stack.configFile, "utf8");
    await writeFile(
      stack.configFile,
      `${salted}${own.replace(/^(encryptionsalt|secretsprovider|encryptedkey):.*\n/gm, "")}`,
    );
  }
  return { existed };
}

const stackList = z.array(z.object({ name: z.string() }));

export async function stackExists(context: PulumiContext): Promise<boolean> {
  const listed = stackList.parse(JSON.parse(await pulumi(context, ["stack", "ls", "--json"])));
  return listed.some(({ name }) => name === context.stack.name || name.endsWith(`/${context.stack.name}`));
}

const exported = z.object({
  deployment: z.object({
    resources: z.array(z.object({ urn: z.string() })).nullish(),
    pending_operations: z.array(z.unknown()).nullish(),
  }),
});

/**
 * Clears what a killed engine left: its lock on the state, and operations of which it never learned the end. What was
 * begun is looked at anew by the refresh that follows.
 *
 * @returns whether there was anything unfinished
 */
export async function clearUnfinished(context: PulumiContext): Promise<boolean> {
  const { stack } = context;
  if (context.toolchain.backend === "local") {
    await pulumi(context, ["cancel", stack.name, "--yes"]).catch(() => undefined);
  }
  const text = await pulumi(context, [
    "stack",
    "export",
    "--stack",
    stack.name,
    "--show-secrets=false",
  ]).catch(() => pulumi(context, ["stack", "export", "--stack", stack.name]));
  const state = exported.parse(JSON.parse(text));
  const pending = state.deployment.pending_operations ?? [];
  if (pending.length === 0) return false;
  const whole = JSON.parse(text) as { deployment: { pending_operations?: unknown } };
  delete whole.deployment.pending_operations;
  const file = join(stack.folder, "state-without-pending.json");
  await writeFile(file, JSON.stringify(whole), { mode: 0o600 });
  await pulumi(context, ["stack", "import", "--stack", stack.name, "--file", file]);
  return true;
}
