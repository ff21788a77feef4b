import { join } from "node:path";
import { BandwidthFile } from "kvmlab-provider/forecast/bandwidth-file";
import { type ForecastQuestion, gatherForecast } from "kvmlab-provider/forecast/gather-forecast";
import { migrationOptions } from "kvmlab-provider/migrate/options";
import type { InspectionContext } from "kvmlab-provider/preflight/inspect-host";
import type { SshTry } from "kvmlab-provider/preflight/ssh-try";
import type { Forecast } from "kvmlab-provider/sdk/forecast";
import type { Figure } from "kvmlab-provider/sdk/measurement";
import { topologyOf } from "../stacks/topology/topology";
import type { LabOutputs } from "./access";
import { earlierMoves } from "./earlier-moves";
import { type LabStack, settingsInUse } from "./lab-stack";

interface Asked extends Pick<ForecastQuestion, "source" | "target"> {
  readonly stack: LabStack;
  readonly outputs: LabOutputs | undefined;
  readonly guest: string;
  readonly sshTry: SshTry;
}

/** How a move of one of the lab's guests is likely to go, in the way that its settings say. It never fails: a preflight is worth having without it. */
export async function preflightForecast(
  { stack, outputs, guest, source, target, sshTry }: Asked,
  context: InspectionContext,
): Promise<Figure<Forecast>> {
  try {
    const { guests } = topologyOf(settingsInUse(stack));
    const options = migrationOptions.parse(guests.find(({ name }) => name === guest)?.moving ?? {});
    const earlier = await earlierMoves(stack.name, outputs);
    // With the lab's state, so that it ends with the lab.
    const file = new BandwidthFile(join(stack.folder, "bandwidth.json"));
    const bandwidth = { sshTry, byLibvirtd: true, file };
    return await gatherForecast({ source, target, earlier, options, bandwidth }, context);
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}
