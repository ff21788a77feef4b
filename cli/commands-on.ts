import { resourcesOfState } from "./resources-of-state";

/**
 * The resources of a state that ran a script on one of these servers. A server that has booted is as its disk says, and no longer
 * as the scripts left it; they change only what is not right.
 */
export function commandsOn(text: string, servers: readonly string[]): string[] {
  const isServer = (urn: string) =>
    servers.some((name) => urn.endsWith(`libvirt:index/domain:Domain::${name}`));
  return resourcesOfState(text)
    .filter(({ type, dependencies }) => type === "command:remote:Command" && dependencies?.some(isServer))
    .map(({ urn }) => urn);
}
