import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../stacks/schema";
import { checkSettings, readProject } from "../stacks/settings";

/** The running stack's configuration, checked as a whole. */
export function settingsOfStack(): Settings {
  const config = new pulumi.Config();
  const values = Object.entries(readProject().config).map(([name, { type }]) => [
    name,
    type === "integer" ? config.getNumber(name) : config.get(name),
  ]);
  return checkSettings(Object.fromEntries(values.filter(([, value]) => value !== undefined)));
}
