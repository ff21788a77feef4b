import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { shellCommand } from "../provider/host/shell-quote";
import { render } from "../templates/render";
import { type BreakWord, breaks, breakWords } from "./breaks";
import { imagesFolder } from "./images-folder";
import type { Machine } from "./machine";
import { commandConnection } from "./remote-script";

export interface BrokenArgs {
  /** What is to be broken; everything else is mended. */
  readonly words: readonly BreakWord[];
  readonly guest: string;
  readonly nfs: Machine;
  readonly source: Machine;
  readonly target: Machine;
  /** What has to be done before anything is broken. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * What is broken on the two hosts, on purpose. It is there in every lab, also when nothing is broken: so what is no longer to be
 * broken is mended before the guest is moved, where the engine would remove a resource of its own only at the very end.
 */
export class Broken extends pulumi.ComponentResource {
  readonly done: pulumi.Resource[];

  constructor(name: string, args: BrokenArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:Broken", name, {}, opts);
    const { source, target } = args;
    const on = (machine: Machine, other: Machine) =>
      new remote.Command(
        `${name}-${machine.role}`,
        {
          connection: commandConnection(machine.connection),
          create: "sh -s",
          stdin: pulumi
            .output(args.nfs.address)
            .apply((wrongAddress) => scriptFor(machine.role, args, [other.role, wrongAddress])),
        },
        {
          parent: this,
          dependsOn: [machine.resource, ...args.after],
          replaceWith: [machine.resource],
        },
      );
    this.done = [on(source, target), on(target, source)];
    this.registerOutputs({});
  }
}

/** All words of one host: first what is mended, so that what is broken is broken last, then what is broken. */
export function scriptFor(
  role: Machine["role"],
  { words, guest }: Pick<BrokenArgs, "words" | "guest">,
  more: readonly string[],
): string {
  const here = breakWords.filter((word) => breaks[word].on === role);
  const part = (word: BreakWord, action: "break" | "mend") =>
    `(\nset -- ${shellCommand([action, guest, imagesFolder, ...more])}\n${render(`break/${word}.sh`).trimEnd()}\n)\n`;
  const mended = here.filter((word) => !words.includes(word)).map((word) => part(word, "mend"));
  const broken = here.filter((word) => words.includes(word)).map((word) => part(word, "break"));
  return `{\nset -e\n${[...mended, ...broken].join("")}} < /dev/null\n`;
}
