import { knownLab } from "../../cli/access";
import { labStack } from "../../cli/lab-stack";
import type { Inside } from "./inside";
import { stack } from "./lab-command";
import { Program } from "./program";

/** The program of drain/, which is to empty source for target. `more`: arguments of the drain that are not its defaults. */
export async function drainOfSource({ probe }: Pick<Inside, "probe">, more: object = {}): Promise<Program> {
  const program = await Program.open("drain");
  const { hosts } = await knownLab(labStack(stack));
  const named = (name: string) => hosts.find((host) => host.name === name);
  await program.arguments({
    host: "source",
    hosts: [named("source"), named("target")],
    observer: named("nfs"),
    probes: { guest: probe },
    ...more,
  });
  return program;
}
