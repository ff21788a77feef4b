import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";

/** The servers' addresses inside the lab's network, which the stack's settings say, by their names and in their order. */
export type ServerAddresses = Readonly<Record<string, string>>;

const schema = z.record(z.string(), z.array(z.ipv4()));
/**
 * Where the SSH forwarder finds each server, in their order, the address to be tried first in front. There are several while a lab changes its
 * network: its old servers are still asked to end their guest when its new ones are expected already.
 */
export type Routes = Readonly<z.infer<typeof schema>>;

/** The wanted addresses before those that were known earlier; servers that are not wanted any more come last, as they did before. */
export function mergeRoutes(earlier: Routes | undefined, wanted: ServerAddresses): Routes {
  // Spread over each other, those of the first come first, in their order.
  const routes = { ...wanted, ...earlier };
  const merged = Object.keys(routes).map((server) => {
    const now = wanted[server];
    return [server, [...new Set([...(now === undefined ? [] : [now]), ...(earlier?.[server] ?? [])])]];
  });
  return Object.fromEntries(merged);
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

/** Adds the wanted addresses, and gives all that are known by then; `only`: nobody is at the earlier ones any more. */
export async function keepRoutes(
  file: string,
  wanted: ServerAddresses,
  { only = false }: { readonly only?: boolean } = {},
): Promise<Routes> {
  const earlier = await readRoutes(file);
  const routes = mergeRoutes(only ? undefined : earlier, wanted);
  if (JSON.stringify(routes) !== JSON.stringify(earlier)) await writeRoutes(file, routes);
  return routes;
}
