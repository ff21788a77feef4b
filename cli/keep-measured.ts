import { readFile } from "node:fs/promises";
import { parseSamples } from "kvmlab-provider/measure/sample";
import { isMissing, type Measurement } from "kvmlab-provider/sdk/measurement";
import { lastSamples } from "../components/measured-moves";
import type { KeptMove } from "../report/kept-move";
import type { Settings } from "../stacks/schema";
import type { LabOutputs, PlacedGuest } from "./access";
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

/** The measured moves of a lab, those just made among them: the newest last. */
export async function keepMeasured(
  stack: LabStack,
  settings: Settings,
  outputs: LabOutputs,
): Promise<readonly KeptMove[]> {
  const kept = (await keptMoves(stack.name)).map(({ move }) => move);
  const isKept = ({ guest, migration }: PlacedGuest) =>
    kept.some((move) => move.guest === guest.name && move.migratedAt === migration.migratedAt);
  const added: KeptMove[] = [];
  for (const placed of outputs.guests.filter((one) => !isKept(one))) {
    const move = await measuredMove(stack, settings, outputs, placed);
    if (move === undefined) continue;
    await keepMove(move);
    added.push(move);
  }
  return [...kept, ...added.sort((one, other) => one.migratedAt.localeCompare(other.migratedAt))];
}

/** A guest's last move, if it was measured. */
async function measuredMove(
  stack: LabStack,
  settings: Settings,
  { hosts }: LabOutputs,
  { guest, migration }: PlacedGuest,
): Promise<KeptMove | undefined> {
  const { measurement } = migration;
  if (isMissing(measurement)) return undefined;
  const between = hosts.filter(({ name }) => name === migration.from || name === migration.runningOn);
  const { versions, measuredOn } = await describeMachines(between);
  return {
    lab: stack.name,
    guest: guest.name,
    from: migration.from,
    to: migration.runningOn,
    migratedAt: migration.migratedAt,
    command: migration.command,
    measurement: { ...measurement, samples: besideIt(measurement, migration.migratedAt) },
    proofs: migration.proofs,
    events: await eventsOf(stack.name, guest.name),
    versions,
    measuredOn: { ...measuredOn, guestAcceleration: guest.acceleration },
    settings: Object.fromEntries(shaping.map((key) => [key, settings[key]])),
  };
}

function besideIt({ samples }: Measurement, migratedAt: string): Measurement["samples"] {
  return isMissing(samples) ? samples : { ...samples, file: `${nameOf(migratedAt)}.jsonl` };
}

async function eventsOf(lab: string, guest: string): Promise<KeptMove["events"]> {
  const text = await readFile(lastSamples(lab, guest), "utf8").catch(() => "");
  return parseSamples(text).samples.flatMap((sample) => {
    if (sample.k !== "event") return [];
    const { k: _kind, c: _at, ...event } = sample;
    return [event];
  });
}
