import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";
import { type ServerRole, serverRoles } from "./hypervisor";

/** The server's address inside the lab's network, which the stack's settings say. */
export type ServerAddresses = Readonly<Record<ServerRole, string>>;

const addresses = z.array(z.ipv4());
const schema = z.object({ nfs: addresses, source: addresses, target: addresses });
/**
 * Where the SSH forwarder finds each server, the address to be tried first in front. There are several while a lab changes its
 * network: its old servers are still asked to end their guest when its new ones are expected already.
 */
export type Routes = Readonly<z.infer<typeof schema>>;

/** The wanted addresses before those that were known earlier. */
export function mergeRoutes(earlier: Routes | undefined, wanted: ServerAddresses): Routes {
  const merged = (role: ServerRole) => [...new Set([wanted[role], ...(earlier?.[role] ?? [])])];
  return { nfs: merged("nfs"), source: merged("source"), target: merged("target") };
}

/** Undefined where there are none, or none that can be read. */
export async function readRoutes(file: string): Promise<Routes | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text === "" ? undefined : schema.safeParse(JSON.parse(text)).data;
}

/** Written in one step: the forwarder reads them at each connection, and never meets half a file. */
export async function writeRoutes(file: string, routes: Routes): Promise<void> {
  const draft = `${file}.new`;
  await writeFile(draft, `${JSON.stringify(routes)}\n`);
  await rename(draft, file);
}

/** The servers' addresses by role, for whoever has more in the same object. */
export function addressesOf(all: ServerAddresses): ServerAddresses {
  return { nfs: all.nfs, source: all.source, target: all.target };
}

/** Adds the wanted addresses; `only`: nobody is at the earlier ones any more. */
export async function keepRoutes(
  file: string,
  wanted: ServerAddresses,
  { only = false }: { readonly only?: boolean } = {},
): Promise<void> {
  const earlier = await readRoutes(file);
  const routes = mergeRoutes(only ? undefined : earlier, addressesOf(wanted));
  const same = serverRoles.every((role) => routes[role].join() === earlier?.[role].join());
  if (!same) await writeRoutes(file, routes);
}
