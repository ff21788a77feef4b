import type { HostConnection } from "kvmlab-provider/host/host-connection";
import { z } from "zod";
import { resourcesOfState } from "./resources-of-state";

/** How the engine writes a secret when it is asked to show it: the value as JSON, beside a fixed mark. */
const shownSecret = z.object({ plaintext: z.string() });

/** @pulumi/command's connection, as components/remote-script.ts fills it in. */
const connection = z.object({
  host: z.string(),
  port: z.number(),
  user: z.string(),
  privateKey: z.string().optional(),
  hostKey: z.string(),
});

/**
 * The servers that answered SSH, out of a state with its secrets shown: of a lab that was not built to its end the
 * engine has no outputs, and somebody who wants to know why has to look at its servers.
 */
export function hostsOfState(text: string): HostConnection[] {
  return resourcesOfState(text).flatMap(({ urn, inputs }) => {
    const name = /::host-names-(\w+)$/.exec(urn)?.[1];
    const parsed = connection.safeParse(unwrapped(inputs?.connection));
    if (name === undefined || !parsed.success) return [];
    const { host: address, port, user, privateKey, hostKey } = parsed.data;
    const key = privateKey === undefined ? {} : { privateKey };
    // As components/existing-machine.ts has it.
    const sudo = user === "root" ? {} : { sudo: true };
    return [{ name, address, port, user, hostKey, ...key, ...sudo }];
  });
}

/** A value without the wrapping of its secrets: a secret may hold others, and a connection holds its key. */
function unwrapped(value: unknown): unknown {
  const secret = shownSecret.safeParse(value);
  if (secret.success) return unwrapped(JSON.parse(secret.data.plaintext));
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, unwrapped(held)]));
}
