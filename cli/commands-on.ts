import { z } from "zod";

const state = z.object({
  deployment: z.object({
    resources: z
      .array(z.object({ urn: z.string(), type: z.string(), dependencies: z.array(z.string()).nullish() }))
      .nullish(),
  }),
});

/**
 * The resources of a state that ran a script on one of these servers. A server that has booted is as its disk says, and no longer
 * as the scripts left it; they change only what is not right.
 */
export function commandsOn(text: string, servers: readonly string[]): string[] {
  const { resources } = state.parse(JSON.parse(text)).deployment;
  const isServer = (urn: string) =>
    servers.some((name) => urn.endsWith(`libvirt:index/domain:Domain::${name}`));
  return (resources ?? [])
    .filter(({ type, dependencies }) => type === "command:remote:Command" && dependencies?.some(isServer))
    .map(({ urn }) => urn);
}
