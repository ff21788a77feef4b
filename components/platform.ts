import type * as pulumi from "@pulumi/pulumi";
import type { Endpoint } from "../machines/hypervisor/hypervisor";
import type { Release } from "../stacks/topology/releases";

/** Where and from what the three servers are built: the private hypervisor, or a libvirt of the user's own. */
export interface Platform {
  readonly uri: string;
  readonly acceleration: "kvm" | "tcg";
  /** Prefix of everything's name on that hypervisor; empty where the lab is alone. */
  readonly prefix: string;
  /** Whether the lab has the hypervisor to itself: then roles have the same UUIDs, MACs and paths in every lab. */
  readonly isolated: boolean;
  /** Volumes of booted servers: what theirs are overlays of, instead of the image's. */
  readonly warmDisks: Readonly<Record<string, string>>;
  /** Names the guest's files that are on their share already; undefined where there are none. */
  readonly warmGuest?: string | undefined;
  readonly image: ServerImage;
  /** Of the servers whose release has an image of its own. */
  readonly otherImages: Readonly<Partial<Record<Release, ServerImage>>>;
  /** Where a server's SSH is reached from here; undefined: at its own address. */
  readonly sshEndpoint: (role: string) => Endpoint | undefined;
}

export type ServerImage = ImageOnHypervisor | ImageToUpload;

/** How an image is booted; empty texts where it boots by its own boot loader. */
interface Boot {
  readonly kernel: string;
  readonly initrd: string;
  readonly cmdline: string;
}

/** An image that the hypervisor has in a pool already, kernel and initrd at paths that it sees. */
export interface ImageOnHypervisor extends Boot {
  readonly kind: "on-hypervisor";
  readonly volumeId: pulumi.Input<string>;
}

/** An image on this machine, kernel and initrd too. */
export interface ImageToUpload extends Boot {
  readonly kind: "upload";
  readonly disk: string;
}
