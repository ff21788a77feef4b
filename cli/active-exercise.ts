import { statSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HostConnection } from "kvmlab-provider/host/host-connection";
import { z } from "zod";
import { movesFolder } from "../components/measured-moves";
import type { Exercise, Language, Role } from "../course/exercise";
import { type LabPaths, type LabValues, labValues, rolesOf } from "../course/lab-values";
import { readExercise } from "../course/read-exercises";
import { LabError } from "../errors/lab-error";
import { stepStatesFolder } from "../machines/snapshots/lab-places";
import { topologyOf } from "../stacks/topology/topology";
import { exists, namesOfLabs } from "../toolchain/cache";
import { hostOf, knownLab } from "./access";
import { forgetAttempts } from "./attempts";
import { type LabStack, labStack, settingsInUse } from "./lab-stack";

const kept = z.object({ exercise: z.string() });

/** The exercise that a lab was started for, with the lab's own values. */
export interface ActiveExercise {
  readonly stack: LabStack;
  readonly exercise: Exercise;
  readonly values: LabValues;
}

/** What every verb of the course takes. */
export interface CourseOptions {
  /** The lab; the only one with an exercise where it is left out. */
  readonly lab?: string;
  readonly lang?: Language;
}

/** `--lang`, or what the environment says. */
export function languageOf(lang: Language | undefined, env = process.env): Language {
  const said = lang ?? env.LC_ALL ?? env.LC_MESSAGES ?? env.LANG ?? "";
  return said.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** Keeps in the lab's folder which exercise it is for: it goes with the lab. States of the steps of an earlier one, and looks at it, are none of this one's. */
export async function keepExercise(stack: LabStack, exercise: string): Promise<void> {
  await mkdir(stack.folder, { recursive: true });
  await rm(stepStatesFolder(stack.folder), { recursive: true, force: true });
  await forgetAttempts(stack);
  await writeFile(exerciseFile(stack), JSON.stringify({ exercise }));
}

/**
 * The exercise of a lab.
 *
 * @throws LabError KVM-952 when none was started
 */
export async function activeExercise({ lab }: CourseOptions): Promise<ActiveExercise> {
  const started = await startedLabs();
  const [only, ...others] = lab === undefined ? started : started.filter((name) => name === lab);
  if (only === undefined || others.length > 0) throw notStarted(lab, started);
  const stack = labStack(only);
  const { exercise } = kept.parse(JSON.parse(await readFile(exerciseFile(stack), "utf8")));
  return { stack, exercise: readExercise(exercise), values: valuesOf(stack) };
}

/** @param begins what an exercise begins with that was not started: its texts may name what only such a lab has */
export function valuesOf(stack: LabStack, begins: Exercise["settings"] = {}): LabValues {
  return labValues(stack.name, topologyOf(settingsInUse(stack, begins)), pathsOf(stack));
}

export function pathsOf(stack: LabStack): LabPaths {
  const started = exerciseFile(stack);
  const startedAt = String(Math.floor(startedMs(stack) / 1000));
  return { folder: stack.folder, moves: movesFolder(stack.name), started, startedAt };
}

/** When the exercise of a lab was started. */
export function exerciseStartedAt(stack: LabStack): string {
  return new Date(startedMs(stack)).toISOString();
}

function startedMs(stack: LabStack): number {
  return statSync(exerciseFile(stack), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** How the servers of a lab are reached, by their parts. */
export async function hostsOfRoles(stack: LabStack): Promise<Readonly<Record<Role, HostConnection>>> {
  const { hosts } = await knownLab(stack);
  const { nfs, source, target } = rolesOf(topologyOf(settingsInUse(stack)));
  return {
    nfs: hostOf(hosts, nfs.name),
    source: hostOf(hosts, source.name),
    target: hostOf(hosts, target.name),
  };
}

/** The labs that an exercise was started in. */
export async function startedLabs(): Promise<string[]> {
  const names = await namesOfLabs();
  const started = await Promise.all(names.map((name) => exists(exerciseFile(labStack(name)))));
  return names.filter((_, index) => started[index]);
}

function notStarted(lab: string | undefined, started: readonly string[]): LabError {
  return new LabError({
    code: "KVM-952",
    expected: lab === undefined ? "one lab with an exercise" : `an exercise in the lab ${lab}`,
    found: started.length === 0 ? "none was started" : `exercises in: ${started.join(", ")}`,
    fix:
      started.length === 0
        ? "./lab exercise list, then ./lab exercise start NAME"
        : `say which lab: --lab ${started[0]}`,
  });
}

function exerciseFile({ folder }: LabStack): string {
  return join(folder, "exercise.json");
}
