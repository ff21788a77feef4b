import type { LabManifest } from "../machines/snapshots/manifest";
import type { BroughtBack } from "./bring-back";
import type { LabStack } from "./lab-stack";
import type { Stages } from "./stages";

/** What `./lab restore` and `./lab reset` did, for `--json`. */
export function backResult(stack: LabStack, manifest: LabManifest, { guest }: BroughtBack, stages: Stages) {
  const { name, createdAt } = manifest;
  return {
    lab: stack.name,
    save: name,
    savedAt: createdAt,
    ...(manifest.guest
      ? { guest: { ...manifest.guest, ...(guest ? { bootId: guest.bootId, counter: guest.counter } : {}) } }
      : {}),
    seconds: stages.totalSeconds,
    stages: stages.times,
  };
}

/** The same for people. */
export function backText(
  stack: LabStack,
  manifest: LabManifest,
  { guest }: BroughtBack,
  stages: Stages,
): string {
  const others = manifest.others.map((one) =>
    one.runningOn === "nowhere"
      ? `The guest ${one.name} did not run when it was saved.`
      : `The guest ${one.name} answers on ${one.runningOn}.`,
  );
  const own = stack.name === "dev" ? "" : ` ${stack.name}`;
  return [
    `The lab ${stack.name} is as it was on ${manifest.createdAt}.`,
    ...firstGuest(manifest, guest),
    ...others,
    "",
    stages.table(),
    "",
    `Next: ./lab status${own}`,
  ].join("\n");
}

function firstGuest(manifest: LabManifest, answer: BroughtBack["guest"]): string[] {
  if (manifest.guest === undefined) return [];
  const { name, runningOn } = manifest.guest;
  return [
    answer
      ? `The guest ${name} runs on ${runningOn} and counts on: it is at ${answer.counter}.`
      : `The guest ${name} did not run when it was saved.`,
  ];
}
