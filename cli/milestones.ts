import { isMade, type ResourceLine } from "./engine-lines";
import type { StageTime } from "./stages";

/** A part of the lab that a person knows, and the resources that it is made of. */
interface Milestone {
  /** For the table of times. */
  readonly part: string;
  readonly has: (line: ResourceLine) => boolean;
  /** What is going on until one of its resources is made. */
  readonly before?: (server: string) => string;
  /** What is true once it is. */
  readonly after: (server: string) => string;
}

const milestones: readonly Milestone[] = [
  {
    part: "machines started",
    has: ({ type }) => type.endsWith(":Domain"),
    after: (server) => `${server}: the machine was started`,
  },
  {
    part: "hosts answered SSH",
    has: ({ name }) => name.startsWith("host-names-"),
    before: (server) => `${server}: waiting for it to answer SSH`,
    after: (server) => `${server}: answers SSH and knows the others' names`,
  },
  {
    part: "share exported",
    has: ({ name }) => name === "nfs-share",
    after: () => "nfs: exports the share",
  },
  {
    part: "LUN offered",
    has: ({ name, type }) => name === "iscsi-target" && type.startsWith("command:"),
    after: () => "nfs: offers the LUN",
  },
  {
    part: "volume started",
    has: ({ name, type }) => name === "glusterfs-volume" && type.startsWith("command:"),
    after: () => "nfs: the volume has its bricks",
  },
  {
    part: "storage reached by all hosts",
    has: ({ name, type }) => /^kvm-/.test(name) && !name.endsWith("-libvirt") && type.startsWith("command:"),
    before: (server) => `${server}: reaching the shared storage`,
    after: (server) => `${server}: has the shared storage`,
  },
  {
    part: "guest answered",
    has: ({ type }) => type === "kvmlab:index:Guest",
    after: () => "the guest answers",
  },
  {
    part: "guest moved and proved",
    has: ({ type }) => type === "kvmlab:index:Migration",
    after: () => "the guest is where it should be",
  },
];

/** What a person is told about the lab while the engine works: one short line, or nothing. */
export function narrate(line: ResourceLine): string | undefined {
  // A machine that boots refuses a few connections; what comes of it is told by the milestones.
  if (/^dial \d+\/\d+ failed/.test(line.message)) return undefined;
  if (line.message !== "") return `${line.name}: ${line.message}`;
  if (line.status.startsWith("refresh")) return "looking at what is there";
  if (line.status === "deleting") return `removing ${line.name}`;
  const milestone = milestones.find(({ has }) => has(line));
  const server = line.name.replace(/^(host-names|kvm)-/, "");
  return isMade(line.status) ? milestone?.after(server) : milestone?.before?.(server);
}

/** When each part of the lab was done, counted from the engine's start. */
export class MilestoneTimes {
  readonly #done = new Map<string, number>();

  constructor(private readonly secondsNow: () => number) {}

  take(line: ResourceLine): void {
    const part = isMade(line.status) && milestones.find(({ has }) => has(line))?.part;
    if (part) this.#done.set(part, this.secondsNow());
  }

  /** In the order in which they were reached. */
  times(): StageTime[] {
    return [...this.#done]
      .map(([part, seconds]) => ({ stage: `  ${part} after`, seconds }))
      .sort((a, b) => a.seconds - b.seconds);
  }
}
