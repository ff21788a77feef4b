import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { shellCommand } from "kvmlab-provider/host/shell-quote";
import { type BreakPlace, type BreakWord, breaks, breakWordsFor } from "../stacks/breaks";
import type { StorageKind } from "../stacks/topology/storage-kinds";
import { render } from "../templates/render";
import type { Machine } from "./machine";
import { asRoot, commandConnection } from "./remote-script";

export interface BrokenArgs {
  /** What is to be broken; everything else is fixed. */
  readonly words: readonly BreakWord[];
  /** Which of the words there are, by this and by the names. */
  readonly storage: StorageKind;
  readonly guest: string;
  /** How the servers know each other's names. */
  readonly names: "hosts" | "dns";
  /** An address of the network that nobody has. */
  readonly unusedAddress: string;
  /** Where the hosts have the share. */
  readonly mountPoint: string;
  /** The guest itself: what is broken about it can be broken only when it runs. */
  readonly running: pulumi.Resource;
  readonly nfs: Machine;
  readonly source: Machine;
  readonly target: Machine;
  /** What has to be done before anything is broken. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * What is broken on the servers and about the guest, on purpose. The servers' commands are there in every lab, also when nothing is
 * broken: so what is no longer to be broken is fixed before the guest is moved, where the engine would remove a resource of its
 * own only at the very end.
 */
export class Broken extends pulumi.ComponentResource {
  readonly done: pulumi.Resource[];

  constructor(name: string, args: BrokenArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:Broken", name, {}, opts);
    const { source, target, words } = args;
    const on = (place: ScriptPlace, machine: Machine, other: Machine, first: readonly pulumi.Resource[]) =>
      new remote.Command(
        `${name}-${place}`,
        {
          connection: commandConnection(machine.connection),
          // A new machine has nothing to fix, and an emulated one takes a second to find that out.
          create: words.length === 0 ? "true" : asRoot(machine, "sh -s"),
          update: asRoot(machine, "sh -s"),
          stdin: pulumi
            .output(args.nfs.address)
            .apply((wrongAddress) => scriptFor(place, args, [other.role, wrongAddress, args.unusedAddress])),
        },
        {
          parent: this,
          dependsOn: [machine.resource, ...first],
          replaceWith: [machine.resource, ...(place === "guest" ? [args.running] : [])],
        },
      );
    // Before target, which then sees what the server gives it.
    const onServer = (word: BreakWord) => placesOf.nfs.some((place) => place === breaks[word].on);
    const server = breakWordsFor(args).some(onServer) ? [on("nfs", args.nfs, target, args.after)] : [];
    const hosts = [
      on("source", source, target, args.after),
      ...server,
      on("target", target, source, [...args.after, ...server]),
    ];
    const isAbout = (word: BreakWord) => breaks[word].on === "guest";
    // Only the breaking has to wait for the guest. The fixing is in source's own script.
    const guest = words.some(isAbout) ? [on("guest", source, target, [args.running, ...hosts])] : [];
    this.done = [...hosts, ...guest];
    this.registerOutputs({});
  }
}

/** Where scripts break something. */
type ScriptPlace = "source" | "target" | "nfs" | "guest";

/** What each of them breaks. */
const placesOf: Readonly<Record<ScriptPlace, readonly BreakPlace[]>> = {
  source: ["source"],
  target: ["target", "nfs and target"],
  nfs: ["nfs", "nfs and target"],
  guest: ["guest"],
};

/** All words of one place: first what is fixed, so that what is broken is broken last, then what is broken. */
export function scriptFor(
  place: ScriptPlace,
  {
    words,
    storage,
    names,
    guest,
    mountPoint,
  }: Pick<BrokenArgs, "words" | "storage" | "names" | "guest" | "mountPoint">,
  more: readonly string[],
): string {
  const about = (...places: readonly BreakPlace[]) =>
    breakWordsFor({ storage, names }).filter((word) => places.includes(breaks[word].on));
  const own: readonly BreakPlace[] = placesOf[place];
  const part = (word: BreakWord, action: "break" | "fix") =>
    `(\nset -- ${shellCommand([action, guest, mountPoint, ...more])}\n${render(`break/${word}.sh`).trimEnd()}\n)\n`;
  const toFix = place === "guest" ? [] : about(...own, ...(place === "source" ? (["guest"] as const) : []));
  const fixed = toFix.filter((word) => !words.includes(word)).map((word) => part(word, "fix"));
  const broken = about(...own)
    .filter((word) => words.includes(word))
    .map((word) => part(word, "break"));
  return `{\nset -e\n${[...fixed, ...broken].join("")}} < /dev/null\n`;
}
