import { z } from "zod";

/** The servers that are kept booted for new labs, by their names. Any other server of a lab boots. */
export const warmServers = ["nfs", "source", "target"] as const;
export type WarmServer = (typeof warmServers)[number];

const endpointSchema = z.object({ address: z.ipv4(), port: z.int().min(1).max(65_535) });
/** A TCP address on this machine. */
export type Endpoint = z.infer<typeof endpointSchema>;

const imageParts = {
  baseVolume: z.object({ pool: z.literal("base"), path: z.string(), format: z.literal("qcow2") }),
  kernel: z.string(),
  initrd: z.string(),
  cmdline: z.string(),
};

export const hypervisorSchema = z.object({
  lab: z.string(),
  pid: z.int().positive(),
  uri: z.string(),
  acceleration: z.enum(["kvm", "tcg"]),
  ...imageParts,
  otherImages: z.record(z.string(), z.object(imageParts)).default({}),
  warmDisks: z.record(z.string(), z.string()).default({}),
  warmGuest: z.string().optional(),
  ssh: z.record(z.string(), endpointSchema),
  listeners: z.array(endpointSchema).optional(),
});

/** A host image as the libvirtd of a private hypervisor sees it. */
export interface ImagePaths {
  /** Read-only, in a pool that is active. */
  readonly baseVolume: { readonly pool: "base"; readonly path: string; readonly format: "qcow2" };
  /** Kernel for direct boot; empty when the image boots by its own boot loader. */
  readonly kernel: string;
  /** Initrd for direct boot; empty when there is none. */
  readonly initrd: string;
  /** Kernel command line for direct boot; empty when there is none. */
  readonly cmdline: string;
}

/** A running private hypervisor: a libvirtd of the lab's own, alone in mount, network and PID namespaces. Its own image is the one that servers are built from unless they name another. */
export interface Hypervisor extends ImagePaths {
  /** The lab it belongs to: the Pulumi stack's name. */
  readonly lab: string;
  /** Process id, as the machine sees it, of the first process; when that one ends, everything inside ends. */
  readonly pid: number;
  /** libvirt's address of it, usable from outside the namespaces. Stays the same over restarts. */
  readonly uri: string;
  /** What machines inside are run with; the verdict that it was started with. */
  readonly acceleration: "kvm" | "tcg";
  /** The images of servers that name one, by these names. */
  readonly otherImages: Readonly<Record<string, ImagePaths>>;
  /** Volumes in that pool that servers' disks are made from instead: those of booted machines. */
  readonly warmDisks: Readonly<Record<string, string>>;
  /** Names the guest's files that lie on the share of booted machines; undefined where there are none. */
  readonly warmGuest?: string | undefined;
  /** Where, on this machine's loopback, each server's SSH port is to be reached, by the server's name. */
  readonly ssh: Readonly<Record<string, Endpoint>>;
  /** All places where it listens for servers, in their order; one that was started by an older ./lab listens for those in `ssh` only. */
  readonly listeners?: readonly Endpoint[] | undefined;
}

/** What a host image consists of, as files on this machine; see machines/images/. */
export interface BootableImage {
  /** Changes whenever the content does; letters, digits, dots, dashes and underscores. */
  readonly key: string;
  /** A qcow2 file. */
  readonly disk: string;
  /** Empty when the disk boots by itself; then so are the next two. */
  readonly kernel: string;
  readonly initrd: string;
  readonly cmdline: string;
}

/** The images that servers can be built from. */
export interface HostImages {
  readonly host: BootableImage;
  /** Those that servers name, by these names. */
  readonly otherImages?: Readonly<Record<string, BootableImage>> | undefined;
}

/** Reads what startHypervisor wrote to hypervisor.json. */
export function parseHypervisor(json: string): Hypervisor {
  return hypervisorSchema.parse(JSON.parse(json));
}
