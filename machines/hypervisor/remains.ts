import { setTimeout as sleep } from "node:timers/promises";
import type { Progress } from "../../toolchain/progress";
import { readRecord } from "./find-hypervisor";
import { endProcess, isAlive, machineBootId, type ProcessIdentity, readIdentity } from "./first-process";
import type { Hypervisor } from "./hypervisor";
import { type HypervisorFolders, libvirtUri } from "./hypervisor-folders";
import { type Answer, libvirtdAnswers } from "./libvirtd-answer";

/** The first process starts a libvirtd that ended again within a second; give it the time. */
const patienceMs = 4_000;
const pollMs = 200;

/** What there is of a lab's hypervisor before a start. */
export interface Remains {
  readonly identity: ProcessIdentity | undefined;
  /** The machine's present boot. */
  readonly bootId: string;
  readonly alive: boolean;
  readonly record: Hypervisor | undefined;
  /** undefined when there was nobody to ask. */
  readonly answer: Answer | undefined;
}

export type Verdict =
  | { readonly kind: "none" }
  | { readonly kind: "running"; readonly hypervisor: Hypervisor }
  | { readonly kind: "replace"; readonly reason: string };

const machinesLost = "its machines were switched off with it and will boot again";

/** Whether what there is can be used as it is, or must be ended and started again, and how to say so. */
export function evaluateRemains({ identity, bootId, alive, record, answer }: Remains): Verdict {
  if (identity === undefined || (record === undefined && !alive)) return { kind: "none" };
  if (identity.bootId !== bootId) {
    return {
      kind: "replace",
      reason: `this machine was restarted since the lab's hypervisor ran: ${machinesLost}`,
    };
  }
  if (!alive)
    return { kind: "replace", reason: `the lab's hypervisor was ended from outside: ${machinesLost}` };
  if (record === undefined || record.pid !== identity.pid) {
    return {
      kind: "replace",
      reason: "an earlier start of the lab's hypervisor was interrupted: starting it again",
    };
  }
  if (answer?.ok) return { kind: "running", hypervisor: record };
  const complaint = answer?.text.trim() ?? "no answer";
  return {
    kind: "replace",
    reason: `the lab's libvirtd does not answer (${complaint}), replacing it: ${machinesLost}`,
  };
}

/** Looks at what there is; ends what cannot be used, and says so. Gives the hypervisor that can. */
export async function takeOverRemains(
  folders: HypervisorFolders,
  progress: Progress,
): Promise<Hypervisor | undefined> {
  const remains = await inspectRemains(folders);
  const verdict = evaluateRemains(remains);
  if (verdict.kind === "running") return verdict.hypervisor;
  if (verdict.kind === "replace") progress(verdict.reason);
  if (remains.identity !== undefined) await endProcess(remains.identity);
  return undefined;
}

async function inspectRemains(folders: HypervisorFolders): Promise<Remains> {
  const [identity, bootId, record] = await Promise.all([
    readIdentity(folders.firstProcess),
    machineBootId(),
    readRecord(folders.record),
  ]);
  const alive = identity !== undefined && (await isAlive(identity));
  const answer = alive && record !== undefined ? await askPatiently(libvirtUri(folders.socket)) : undefined;
  return { identity, bootId, alive, record, answer };
}

async function askPatiently(uri: string): Promise<Answer> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const answer = await libvirtdAnswers(uri);
    if (answer.ok || performance.now() > deadline) return answer;
    await sleep(pollMs);
  }
}
