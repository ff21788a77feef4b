import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../stacks/schema";
import { checkSettings, readProject } from "../stacks/settings";

/**
 * The running stack's configuration, checked as a whole: keys that the lab does not know are refused too.
 *
 * @throws LabError KVM-101
 */
export function settingsOfStack(): Settings {
  const { name: project, config } = readProject();
  const own = Object.entries(pulumi.runtime.allConfig()).flatMap(([key, value]) => {
    const [namespace, ...rest] = key.split(":");
    const name = rest.join(":");
    return namespace === project ? [[name, config[name]?.type === "integer" ? integer(value) : value]] : [];
  });
  return checkSettings(Object.fromEntries(own));
}

/** The engine hands every value over as text. What is no integer stays text, for the schema to refuse as it was written. */
function integer(text: string): unknown {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}
