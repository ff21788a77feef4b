import type * as pulumi from "@pulumi/pulumi";
import type { GuestFiles } from "../../machines/images";
import type { Machine } from "../machine";
import type { Undo } from "../remote-script";

/** The storage that all hosts share, of whatever kind: its server, and what differs between the kinds. */
export interface SharedStorage {
  readonly machine: Machine;
  /** What there is to wait for before a host reaches it. */
  readonly served: pulumi.Resource;
  /** The script by which a host reaches it now and at each boot, and is ready for guests on this bridge then. */
  readonly hostScript: (host: Machine, bridge: string) => HostScript;
  /** Puts a guest's files where its hosts find them. */
  readonly putGuest: (name: string, guest: GuestToPut, parent: pulumi.Resource) => GuestPut;
}

/** A script of templates/, with its arguments. */
export interface HostScript {
  readonly template: string;
  readonly args: readonly pulumi.Input<string>[];
  readonly undo: Undo;
}

export interface GuestToPut {
  /** The guest's name. */
  readonly guest: string;
  /** The archive with its kernel, initrd and disk, and the key that names its content. */
  readonly image: GuestFiles;
  /** All that it can run on, the one that it starts on first. */
  readonly hosts: readonly Machine[];
  /** Which guest's files a server has from the start, where it goes on from a kept memory. */
  readonly keptOn: (server: string) => string | undefined;
}

export interface GuestPut {
  /** What its start on its first host waits for. */
  readonly toStart: readonly pulumi.Resource[];
  /** What its move to any other waits for beside that. */
  readonly toMove: readonly pulumi.Resource[];
}
