import { z } from "zod";
import type { HostConnection } from "../provider/host/host-connection";

/** How the engine writes a secret when it is asked to show it: the value as JSON, beside a fixed mark. */
const shownSecret = z.object({ plaintext: z.string() }).transform(({ plaintext }) => JSON.parse(plaintext));

/** @pulumi/command's connection, as components/remote-script.ts fills it in. */
const connection = z.object({
  host: z.string(),
  port: z.number(),
  user: z.string(),
  privateKey: z.string(),
  hostKey: z.string(),
});

const state = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          inputs: z.looseObject({ connection: z.unknown().optional() }).optional(),
        }),
      )
      .nullish(),
  }),
});

/**
 * The servers that answered SSH, out of a state with its secrets shown: of a lab that was not built to its end the
 * engine has no outputs, and somebody who wants to know why has to look at its servers.
 */
export function hostsOfState(text: string): HostConnection[] {
  const { resources } = state.parse(JSON.parse(text)).deployment;
  return (resources ?? []).flatMap(({ urn, inputs }) => {
    const name = /::host-names-(\w+)$/.exec(urn)?.[1];
    const parsed = z.union([shownSecret.pipe(connection), connection]).safeParse(inputs?.connection);
    if (name === undefined || !parsed.success) return [];
    const { host: address, port, user, privateKey, hostKey } = parsed.data;
    return [{ name, address, port, user, privateKey, hostKey }];
  });
}
