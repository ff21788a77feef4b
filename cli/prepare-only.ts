import { checkSettings } from "../stacks/settings";
import { prepareToolchainAndImages } from "./prepare";
import { Stages } from "./stages";

/** `./lab prepare`: everything that takes long and needs a network, ahead of time. */
export async function prepareOnly(): Promise<void> {
  const stages = new Stages();
  await prepareToolchainAndImages(checkSettings({}), stages);
  console.log(stages.table());
}
