import { readFile } from "node:fs/promises";
import { lastSamples } from "../components/measured-moves";
import { parseSamples } from "../provider/measure/sample";
import { isMissing, type Measurement } from "../provider/sdk/measurement";
import type { KeptMove } from "../report/kept-move";
import type { Settings } from "../stacks/schema";
import type { LabOutputs } from "./access";
import { describeMachines } from "./describe-machines";
import { keepMove, keptMoves, nameOf } from "./kept-moves";
import type { LabStack } from "./lab-stack";

/** The settings without which two moves cannot be compared. */
const shaping = [
  "guestMemoryMiB",
  "guestAcceleration",
  "acceleration",
  "hostMemoryMiB",
  "hostVcpus",
  "migrationOptions",
  "measure",
] as const;

/** The measured moves of a lab, the one just made among them if it was measured: the newest last. */
export async function keepMeasured(
  stack: LabStack,
  settings: Settings,
  outputs: LabOutputs,
): Promise<readonly KeptMove[]> {
  const { migration, guest } = outputs;
  const { measurement } = migration;
  const kept = (await keptMoves(stack.name)).map(({ move }) => move);
  if (isMissing(measurement) || kept.some(({ migratedAt }) => migratedAt === migration.migratedAt))
    return kept;
  const hosts = outputs.hosts.filter(({ name }) => name === migration.from || name === migration.runningOn);
  const { versions, measuredOn } = await describeMachines(hosts);
  const move: KeptMove = {
    lab: stack.name,
    guest: guest.name,
    from: migration.from,
    to: migration.runningOn,
    migratedAt: migration.migratedAt,
    command: migration.command,
    measurement: { ...measurement, samples: besideIt(measurement, migration.migratedAt) },
    proofs: migration.proofs,
    events: await eventsOf(stack.name),
    versions,
    measuredOn: { ...measuredOn, guestAcceleration: guest.acceleration },
    settings: Object.fromEntries(shaping.map((key) => [key, settings[key]])),
  };
  await keepMove(move);
  return [...kept, move];
}

function besideIt({ samples }: Measurement, migratedAt: string): Measurement["samples"] {
  return isMissing(samples) ? samples : { ...samples, file: `${nameOf(migratedAt)}.jsonl` };
}

async function eventsOf(lab: string): Promise<KeptMove["events"]> {
  const text = await readFile(lastSamples(lab), "utf8").catch(() => "");
  return parseSamples(text).samples.flatMap((sample) => {
    if (sample.k !== "event") return [];
    const { k: _kind, c: _at, ...event } = sample;
    return [event];
  });
}
