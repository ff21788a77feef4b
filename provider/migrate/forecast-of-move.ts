import type { EarlierMove } from "../forecast/bandwidth-of-moves";
import { gatherForecast } from "../forecast/gather-forecast";
import type { GuestView } from "../host/guest-view";
import { hostNamed, seenAt } from "../host/hosts-of-guest";
import type { SeenHost } from "../preflight/gather";
import type { HostInspection, InspectionContext } from "../preflight/inspect-host";
import { isMissing } from "../sdk/measurement";
import type { Placement, PlacementInputs } from "./placement";

interface Asked {
  readonly inputs: PlacementInputs;
  readonly before: Placement | undefined;
  readonly view: GuestView<HostInspection>;
  readonly step: { readonly from: string; readonly to: string };
}

/** The two hosts of a move, as they were seen before it. */
export function sidesOf({
  inputs,
  view,
  step,
}: Omit<Asked, "before">): Record<"source" | "target", SeenHost> {
  const at = (name: string): SeenHost => ({
    connection: hostNamed(inputs.hosts, name),
    inspection: seenAt(view.seen, name),
  });
  return { source: at(step.from), target: at(step.to) };
}

/** What is to be expected of a move that is about to begin, from what costs it no time: the bandwidth is that of the last move. */
export function forecastOf(asked: Asked, context: InspectionContext) {
  const { inputs, before } = asked;
  const earlier = before === undefined ? [] : [earlierMove(before)];
  return gatherForecast({ ...sidesOf(asked), options: inputs.options, earlier }, context);
}

/** A guest's last move, with what was known before it; a state of an earlier version has no measurement, or none with a forecast. */
export function earlierMove(before: Placement): EarlierMove {
  const { forecast } = { forecast: undefined, ...before.measurement };
  const unlimited = forecast === undefined || isMissing(forecast) ? undefined : forecast.unlimited;
  return { ...before, to: before.runningOn, unlimited };
}
