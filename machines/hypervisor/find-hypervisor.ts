import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { namesOfLabs } from "../../toolchain/cache";
import { isAlive, readIdentity } from "./first-process";
import { type Hypervisor, parseHypervisor } from "./hypervisor";
import { hypervisorFolders } from "./hypervisor-folders";

const connectLimitMs = 2_000;

/** The lab's hypervisor when it runs and its libvirtd takes connections. Cheap: a few milliseconds. */
export async function findHypervisor(lab: string): Promise<Hypervisor | undefined> {
  const { record, firstProcess, socket } = hypervisorFolders(lab);
  const hypervisor = await readRecord(record);
  const identity = await readIdentity(firstProcess);
  if (hypervisor === undefined || identity === undefined) return undefined;
  const running = hypervisor.pid === identity.pid && (await isAlive(identity));
  return running && (await takesConnections(socket)) ? hypervisor : undefined;
}

/** The running hypervisors of all labs of this cache. */
export async function listHypervisors(): Promise<Hypervisor[]> {
  const names = await namesOfLabs();
  const records = await Promise.all(names.map((name) => readRecord(hypervisorFolders(name).record)));
  const found = await Promise.all(records.map((record) => record && findHypervisor(record.lab)));
  return found.filter((hypervisor) => hypervisor !== undefined);
}

/** What startHypervisor wrote last; undefined when there is none, or none that this version understands. */
export async function readRecord(file: string): Promise<Hypervisor | undefined> {
  try {
    return parseHypervisor(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Whether somebody listens on a Unix socket. */
export function takesConnections(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const answer = (taken: boolean) => {
      socket.destroy();
      resolve(taken);
    };
    socket.setTimeout(connectLimitMs, () => answer(false));
    socket.once("connect", () => answer(true)).once("error", () => answer(false));
  });
}
