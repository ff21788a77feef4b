/** The benchmark of here.ts, run by it in a network of its own: inside.ts FOLDER SHARE. */
import { textTable } from "../../cli/table";
import { checkSettings } from "../../stacks/settings";
import { buildProbe } from "../build-probe";
import { movePairs } from "../move-pairs";
import { observedWork } from "../observed-work";
import { Course } from "./course";
import { downtimes } from "./downtimes";
import { hostsLastOutput, makeTwoHosts } from "./two-hosts";

/** A move takes a second here, and scatters. */
const pairs = 15;

async function main(folder: string, share: string): Promise<void> {
  const course = new Course(await makeTwoHosts(folder, share, checkSettings({}).network));
  await course.start();
  // One each way that does not count: programs and pages come from the disk only once.
  await course.byHand("source", "target");
  await course.byResource("source");
  await movePairs(
    {
      begin: () => course.begin(),
      byHand: (from, to) => course.byHand(from, to),
      byResource: (to) => course.byResource(to),
    },
    pairs,
  );
  await downtimes(course);
  const row = await observedWork(
    "guest on hosts of this machine's speed",
    course.subject,
    await course.other(buildProbe(folder)),
  );
  console.log(textTable(["medians, pages/s", "unobserved", "observed", "cost"], [row]));
}

const [folder, share] = process.argv.slice(2);
if (folder === undefined || share === undefined) throw new Error("bench/here/here.ts runs this");
// The servers run as long as this process: it ends by itself only so.
main(folder, share).then(
  () => process.exit(),
  async (error: unknown) => {
    console.error(error);
    console.error(await hostsLastOutput(folder));
    process.exit(1);
  },
);
