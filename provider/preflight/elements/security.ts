import type { ElementArea } from "./element-row";

export const security: ElementArea = {
  title: "Security and locks",
  checked: [
    {
      elements: ["seclabel/**"],
      matters: "a label of its own needs the target to have that security driver",
      fact: "virsh capabilities",
      on: "target",
      rule: "security-models-exist",
      remedy: "virsh edit, and take <seclabel> out; or the same driver on both hosts",
    },
    {
      elements: ["devices/lease/**"],
      matters: "a lock on a lockspace that both hosts see",
      fact: "[ -e PATH ]",
      on: "target",
      rule: "paths-exist",
      remedy: "put the lockspace on the share",
    },
  ],
  harmless: [
    {
      elements: ["on_lockfailure"],
      because: "what libvirt does when a lock is lost: part of the definition",
    },
  ],
};
