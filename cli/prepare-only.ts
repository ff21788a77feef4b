import { checkSettings } from "../stacks/settings";
import { prepareToolchainAndImages, tryAcceleration } from "./prepare";
import { refuseFullDisk } from "./refuse-early";
import { Stages } from "./stages";

/** `./lab prepare`: everything that takes long and needs a network, ahead of time. */
export async function prepareOnly(): Promise<void> {
  const stages = new Stages();
  const settings = checkSettings({});
  await refuseFullDisk();
  await prepareToolchainAndImages(settings, stages);
  await tryAcceleration(settings, stages);
  console.log(stages.table());
}
