import { randomBytes } from "node:crypto";
import type { PropertyMap } from "kvmlab-provider/protocol/property-values";
import { text } from "./property-reader";
import type { ResourceLife, Step } from "./resource";

/** Runs one command with these inputs; `state` holds the outputs of the last one. Returns what it put out. */
export type RunCommand = (
  command: string,
  inputs: PropertyMap,
  state: PropertyMap,
  step: Step,
) => Promise<PropertyMap>;

const noOutput: PropertyMap = { stdout: "", stderr: "" };

/** The life of local and remote commands alike: which of the three commands runs when. */
export function commandLife(run: RunCommand): ResourceLife {
  return {
    async create(inputs, step) {
      const command = text(inputs, "create");
      const outputs = command === undefined ? noOutput : await run(command, inputs, noOutput, step);
      return { id: uniqueId(step.name), outputs };
    },
    async update(state, inputs, step) {
      const command = text(inputs, "update") ?? text(inputs, "create");
      return command === undefined ? outputsOf(state) : await run(command, inputs, state, step);
    },
    async delete(state, step) {
      const command = text(state, "delete");
      if (command !== undefined) await run(command, state, state, step);
    },
  };
}

/** The name and eight random hexadecimal digits. */
export function uniqueId(name: string): string {
  return `${name}${randomBytes(4).toString("hex")}`;
}

function outputsOf(state: PropertyMap): PropertyMap {
  const kept = ["stdout", "stderr", "assets", "archive"].filter((key) => key in state);
  return Object.fromEntries(kept.map((key) => [key, state[key] ?? null]));
}
