import type { CatalogEntry } from "../catalog-entry";

/** Codes KVM-9xx: see docs/reference/errors.md, generated from here. */
export const commandLineErrors = {
  "KVM-901": {
    title: "Node.js is missing or too old",
    explanation: "`./lab` and the Pulumi program run on Node.js 20.19 or newer.",
    mend: "Install it from https://nodejs.org/en/download, or by your distribution's packages.",
  },
  "KVM-902": {
    title: "There is no such stack",
    explanation: "A lab is a stack: a file `stacks/Pulumi.<stack>.yaml`.",
    mend: "Take one of those that the message names, or write a new file.",
  },
  "KVM-903": {
    title: "Pulumi's engine reports a failure",
    explanation: "A resource could not be made or changed. The message has the engine's own words.",
    mend: "Mend what it says, then run the same command again: it goes on where it stopped. `KVMLAB_DEBUG=1` shows all of the engine's output.",
  },
  "KVM-904": {
    title: "The run was cancelled",
    explanation: "Ctrl-C: the engine stopped what it was at and wrote its state.",
    mend: "`./lab up` goes on from here; `./lab down` removes what there is.",
  },
  "KVM-905": {
    title: "The lab is not up",
    explanation: "The command needs a lab that was built to its end.",
    mend: "`./lab up`",
  },
  "KVM-906": {
    title: "There is no such host in the lab",
    explanation: "The servers are `nfs`, `source` and `target`.",
    mend: "Take one of them.",
  },
  "KVM-907": {
    title: "Another command is at work on this lab",
    explanation: "One command at a time changes a lab.",
    mend: "Wait for it, or end it with Ctrl-C where it runs. After a kill the lab is free again in 15 s.",
  },
  "KVM-908": {
    title: "A test failed",
    explanation: "`./lab test` ran to its end, and not everything passed.",
    mend: "The output above names each failure.",
  },
} as const satisfies Record<string, CatalogEntry>;
