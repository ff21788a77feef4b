import type { LabManifest } from "./manifest";

/** Where a lab is reached and kept. */
export type Places = LabManifest["places"];

/**
 * Something of Pulumi's state, told for another place: the cache's folder, libvirt's address, and where the servers' SSH is reached.
 * Also inside of secrets, which a state with its secrets shown has as JSON in a text.
 */
export function movedState(value: unknown, from: Places, to: Places): unknown {
  if (typeof value === "string") return movedText(value, from, to);
  if (Array.isArray(value)) return value.map((item) => movedState(item, from, to));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(movedEndpoint(value, from, to));
  return Object.fromEntries(
    entries.map(([key, held]) => [
      key,
      key === "plaintext" ? movedSecret(held, from, to) : movedState(held, from, to),
    ]),
  );
}

function movedText(text: string, from: Places, to: Places): string {
  if (text === from.uri) return to.uri;
  return text.startsWith(`${from.cache}/`) ? `${to.cache}${text.slice(from.cache.length)}` : text;
}

function movedSecret(held: unknown, from: Places, to: Places): unknown {
  if (typeof held !== "string") return movedState(held, from, to);
  return JSON.stringify(movedState(JSON.parse(held), from, to));
}

/** A connection has its server's address as `host` or `address`, beside the `port`. */
function movedEndpoint(value: object, from: Places, to: Places): object {
  const { port } = value as { readonly port?: unknown };
  for (const key of ["host", "address"] as const) {
    const address = (value as Readonly<Record<string, unknown>>)[key];
    for (const [role, old] of Object.entries(from.ssh)) {
      const now = Object.entries(to.ssh).find(([other]) => other === role)?.[1];
      if (now === undefined || address !== old.address || port !== old.port) continue;
      return { ...value, [key]: now.address, port: now.port };
    }
  }
  return value;
}
