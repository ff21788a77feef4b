import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../stacks/schema";
import { checkSettings, readProject, valueOfText } from "../stacks/settings";

/**
 * The running stack's configuration, checked as a whole: keys that the lab does not know are refused too.
 *
 * @throws LabError KVM-101
 */
export function settingsOfStack(): Settings {
  const { name: project } = readProject();
  const own = Object.entries(pulumi.runtime.allConfig()).flatMap(([key, value]) => {
    const [namespace, ...rest] = key.split(":");
    const name = rest.join(":");
    return namespace === project ? [[name, valueOfText(name, value)]] : [];
  });
  return checkSettings(Object.fromEntries(own));
}
