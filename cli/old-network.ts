import { z } from "zod";
import type { Settings } from "../stacks/schema";
import { narrate } from "./milestones";
import { resourcesOfState } from "./resources-of-state";
import { operate, type PulumiContext } from "./run-pulumi";
import { showSteps } from "./show-steps";
import type { Stages } from "./stages";

const networkInputs = z.object({ addresses: z.array(z.string()) });

/** The network of a state that is not the one of the settings any more: its URN. */
export function networkToLeave(
  text: string,
  { network, machines }: Pick<Settings, "network" | "machines">,
): string | undefined {
  if (machines === "existing") return undefined;
  const old = resourcesOfState(text).find(({ type, inputs }) => {
    const { data } = networkInputs.safeParse(inputs);
    return (
      type === "libvirt:index/network:Network" && data !== undefined && !data.addresses.includes(network)
    );
  });
  return old?.urn;
}

/**
 * Takes a lab out of its old network: the guest ends, then the servers, then the network. Disks stay. Left to itself the engine
 * removes the network first, and nobody reaches the servers any more to end the guest.
 */
export async function leaveOldNetwork(
  context: PulumiContext,
  network: string,
  stages: Stages,
): Promise<void> {
  const words = ["destroy", "--target", network, "--target-dependents"];
  await showSteps([
    {
      title: "The lab leaves its old network",
      work: (progress) =>
        stages.run("old network left", () =>
          operate(context, words, {
            onNotice: progress,
            onLine: (line) => {
              const told = narrate(line);
              if (told !== undefined) progress(told);
            },
          }),
        ),
    },
  ]);
}
