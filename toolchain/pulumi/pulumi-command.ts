import { execa } from "execa";
import { LabError } from "../../errors/lab-error";
import type { Engine } from "./engine";

const timeoutMs = 10 * 60_000;

/** Runs one command of the engine with plugins in `home`, for the set-up of these plugins. @throws LabError KVM-205 */
export async function pulumiCommand(
  engine: Engine,
  home: string,
  purpose: string,
  args: readonly string[],
): Promise<void> {
  const outcome = await execa(engine.pulumi, ["--non-interactive", "--color", "never", ...args], {
    env: {
      PATH: `${engine.folder}:${process.env.PATH ?? ""}`,
      PULUMI_HOME: home,
      PULUMI_SKIP_UPDATE_CHECK: "true",
    },
    cwd: home,
    reject: false,
    all: true,
    timeout: timeoutMs,
  });
  if (outcome.exitCode === 0) return;
  const lastOutput = (outcome.all ?? "").trim().split("\n").slice(-3).join("; ");
  throw new LabError({
    code: "KVM-205",
    expected: `${purpose} (pulumi ${args.join(" ")})`,
    found: outcome.timedOut ? `no end within ${timeoutMs / 60_000} minutes` : lastOutput,
    fix: "check the free disk space and the network, then run the same command again",
  });
}
