import { z } from "zod";

/** libvirt allows more; these need no quoting anywhere, virsh's own command line included. */
const domainName = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,62}$/,
    "letters, digits and _ . + - (63 at most), beginning with no dot or dash",
  );

const hostName = z
  .string()
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/,
    "a host name or address as the other hosts resolve it",
  );

const port = z.int().min(1).max(65_535);

export const hostConnection = z.object({
  name: hostName,
  address: z.string().min(1),
  port,
  user: z.string().min(1),
  privateKey: z.string().min(1),
  hostKey: z.string().min(1),
});

export const probeEndpoint = z.object({ address: z.string().min(1), port });

const hosts = z
  .array(hostConnection)
  .min(1, "at least one host")
  .refine(
    (list) => new Set(list.map(({ name }) => name)).size === list.length,
    "each host once, by its name",
  );

/** What Guest and Migration both take. */
const place = {
  hosts,
  observer: hostConnection.optional(),
  probe: probeEndpoint.optional(),
};

const seconds = z.int().min(1).max(86_400);

export const guestInputs = z
  .object({
    name: domainName,
    definition: z.string().includes("<domain", { message: "libvirt's domain XML" }),
    startOn: hostName,
    readyTimeoutSeconds: seconds.default(300),
    ...place,
  })
  .superRefine((inputs, context) => {
    if (!inputs.hosts.some(({ name }) => name === inputs.startOn)) {
      context.addIssue({
        code: "custom",
        path: ["startOn"],
        message: `one of the hosts: ${names(inputs.hosts)}`,
      });
    }
  });

export const migrationInputs = z
  .object({
    guest: domainName,
    to: hostName,
    onDelete: z.enum(["leave", "return"]).default("leave"),
    timeoutSeconds: seconds.default(600),
    ...place,
  })
  .superRefine((inputs, context) => {
    if (!inputs.hosts.some(({ name }) => name === inputs.to)) {
      context.addIssue({ code: "custom", path: ["to"], message: `one of the hosts: ${names(inputs.hosts)}` });
    }
  });

export const sshKeyPairInputs = z.object({
  comment: z.string().regex(/^[ -~]{0,100}$/, "at most 100 printable characters"),
});

function names(list: readonly { readonly name: string }[]): string {
  return list.map(({ name }) => name).join(", ");
}
