import * as pulumi from "@pulumi/pulumi";
import { Migration } from "kvmlab-provider/sdk/migration";
import { SshKeyPair } from "kvmlab-provider/sdk/ssh-key-pair";
import type { GuestFiles } from "../machines/images";
import type { Settings } from "../stacks/schema";
import type { PlannedGuest } from "../stacks/topology/planned-guests";
import { imagesFolderOf, shownStorage } from "../stacks/topology/storage";
import { type Topology, topologyOf, unusedAddress } from "../stacks/topology/topology";
import { BareServers } from "./bare-servers";
import { Broken } from "./broken";
import { BuiltMachine } from "./built-machine";
import { ExistingMachine } from "./existing-machine";
import { probePort } from "./guest-definition";
import { HostTrust } from "./host-trust";
import { KvmHost } from "./kvm-host";
import { LabGuest } from "./lab-guest";
import { type Machine, machineNamed } from "./machine";
import { inspected } from "./machines-inspection";
import { measureOf } from "./measured-moves";
import { nameServiceOf } from "./names/name-service-of";
import { Network } from "./network";
import type { Platform } from "./platform";
import { readPrivateKey } from "./private-key-file";
import { brokenProcessor, defaultProcessor } from "./processor";
import { ServerDisks } from "./server-disks";
import { storageOf } from "./storage/storage-of";

export interface LabArgs {
  readonly settings: Settings;
  /** What the servers are built on; undefined when they exist already. */
  readonly platform: Platform | undefined;
  readonly guestImage: GuestFiles;
}

/** The whole lab: the servers, the shared storage, the names, the guests, and the place where each guest should run. */
export class Lab extends pulumi.ComponentResource {
  readonly outputs: Readonly<Record<string, pulumi.Input<unknown>>>;

  constructor(name: string, args: LabArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:Lab", name, {}, opts);
    const { settings, platform } = args;
    const topology = topologyOf(settings);
    const { storage: plan } = topology;

    const machines = platform ? this.build(topology, settings, platform) : this.take(topology, settings);
    const placed =
      settings.start === "bare"
        ? this.leaveBare(topology, machines, args)
        : this.configure(topology, machines, args);

    this.outputs = {
      hypervisor: platform?.uri ?? "existing machines",
      hosts: pulumi.secret(pulumi.output(machines.map(({ connection }) => connection))),
      start: settings.start,
      addresses: Object.fromEntries(machines.map(({ role, address }) => [role, address])),
      releases: Object.fromEntries(
        topology.servers.flatMap(({ name: server, release }) => (release ? [[server, release]] : [])),
      ),
      share: shownStorage(plan),
      ...(topology.names.kind === "dns" ? { names: topology.names } : {}),
      ...placed[0],
      guests: placed,
    };
    this.registerOutputs({});
  }

  /** Nothing is set up: there is no guest. */
  private leaveBare(topology: Topology, machines: readonly Machine[], args: LabArgs): PlacedGuest[] {
    const { settings, platform, guestImage: image } = args;
    const keptOn = (server: string, guest: string) =>
      guest === settings.guestName && platform?.warmDisks[server] !== undefined
        ? platform.warmGuest
        : undefined;
    new BareServers("bare", { topology, machines, image, keptOn }, { parent: this });
    return [];
  }

  /** The storage, the names, the guests, and where each should run. */
  private configure(topology: Topology, machines: readonly Machine[], args: LabArgs): PlacedGuest[] {
    const { settings, platform } = args;
    const parent = { parent: this };
    const { storage: plan } = topology;
    const storage = machineNamed(machines, plan.server);
    const hosts = machines.filter((machine) => machine !== storage);
    const domain = topology.names.kind === "dns" ? topology.names.domain : undefined;
    const names = nameServiceOf(topology, machines, parent);
    const trust = new HostTrust("host-trust", { hosts, domain }, parent);
    const share = storageOf(topology, storage, hosts, parent);
    const kvmHosts = hosts.map(
      (machine) =>
        new KvmHost(`kvm-${machine.role}`, { machine, names, share, bridge: settings.bridge }, parent),
    );
    const guests = topology.guests.map((guest) => {
      // Only the guest of a lab of one guest is among what is kept.
      const kept = guest.name === settings.guestName ? platform?.warmGuest : undefined;
      const keptOn = (server: string) => (platform?.warmDisks[server] === undefined ? undefined : kept);
      const about = { topology, guest, share, hosts: kvmHosts, image: args.guestImage, keptOn };
      return new LabGuest(nameFor("guest", guest, settings), about, {
        parent: this,
        aliases: aliasesFor("guest", guest, settings),
      });
    });
    const [firstGuest] = guests;
    if (firstGuest === undefined) throw new Error("a lab without a guest");
    const { first } = firstGuest;
    const ready = [
      ...kvmHosts.map((host) => host.ready),
      ...trust.done,
      ...guests.flatMap(({ toMove }) => toMove),
    ];
    const broken = {
      words: settings.break,
      guest: firstGuest.name,
      names: topology.names.kind,
      unusedAddress: unusedAddress(topology),
      storage: plan.kind,
      mountPoint: imagesFolderOf(plan),
      running: firstGuest.guest,
      nfs: storage,
      // Of the names that the course has, wherever anything is broken (stacks/rules.ts).
      source: first.machine,
      target: hosts.find((machine) => machine !== first.machine) ?? first.machine,
      after: ready,
    };
    // Machines of the user's own are never broken.
    const before = platform ? new Broken("broken", broken, parent).done : ready;
    return guests.map((labGuest) => this.place(labGuest, settings, hosts, storage, before));
  }

  /** The place where a guest should run. */
  private place(
    labGuest: LabGuest,
    settings: Settings,
    hosts: readonly Machine[],
    observer: Machine,
    dependsOn: pulumi.Resource[],
  ): PlacedGuest {
    const { plan } = labGuest;
    const migration = new Migration(
      nameFor("migration", plan, settings),
      {
        guest: labGuest.guest.name,
        hosts: hosts.map(({ connection }) => connection),
        to: plan.runsOn,
        options: plan.moving,
        waive: [...settings.waive],
        observer: observer.connection,
        probe: { address: labGuest.address, port: probePort },
        measure: measureOf(settings.measure, pulumi.getStack(), plan.name),
      },
      {
        parent: this,
        aliases: aliasesFor("migration", plan, settings),
        dependsOn,
        // A guest that was made again is on source again.
        replaceWith: [labGuest.guest],
        deleteBeforeReplace: true,
      },
    );
    return {
      guest: {
        name: plan.name,
        address: labGuest.address,
        acceleration: labGuest.acceleration,
        runningOn: migration.runningOn,
        state: labGuest.guest.state,
      },
      migration: {
        runningOn: migration.runningOn,
        moved: migration.moved,
        from: migration.from,
        totalTimeMs: migration.totalTimeMs,
        jobTimeMs: migration.jobTimeMs,
        downtimeMs: migration.downtimeMs,
        dataMovedMiB: migration.dataMovedMiB,
        proofs: migration.proofs,
        waived: migration.waived,
        command: migration.command,
        migratedAt: migration.migratedAt,
        measurement: migration.measurement,
      },
    };
  }

  private build(topology: Topology, settings: Settings, platform: Platform): Machine[] {
    const parent = { parent: this };
    const { cidr, prefix, gateway } = topology.network;
    const operatorKey = new SshKeyPair("operator-key", { comment: "operator of the lab" }, parent);
    const network = new Network("network", { platform, cidr }, parent);
    const disks = new ServerDisks("server-disks", { platform }, parent);
    return topology.servers.map(
      ({ name, place, address, memoryMiB, vcpus, release }) =>
        new BuiltMachine(
          name,
          {
            role: name,
            ...{ place, platform, network, disks, gateway, memoryMiB, vcpus, release, operatorKey },
            address: `${address}/${prefix}`,
            processor: name === "target" ? brokenProcessor(settings.break) : defaultProcessor,
          },
          parent,
        ),
    );
  }

  private take(topology: Topology, settings: Settings): readonly Machine[] {
    const { sshPrivateKeyFile: file } = settings;
    const key = file === "" ? {} : { privateKey: pulumi.secret(readPrivateKey(file)) };
    const machine = (role: "nfs" | "source" | "target") => {
      const [login, hostKey] = [settings[`${role}Address`], settings[`${role}HostKey`]];
      return new ExistingMachine(role, { role, login, hostKey, ...key }, { parent: this });
    };
    const machines = [machine("nfs"), machine("source"), machine("target")];
    return inspected({ topology, machines }, { parent: this });
  }
}

/** A guest and its last move, as the outputs have them. */
interface PlacedGuest {
  readonly guest: Readonly<Record<string, pulumi.Input<unknown>>>;
  readonly migration: Readonly<Record<string, pulumi.Input<unknown>>>;
}

/** What a guest's resource is called: by the guest's name where the stack's file lists several, so that each keeps its own whoever comes and goes. */
function nameFor(resource: string, { name }: PlannedGuest, { guests }: Settings): string {
  return guests.length > 0 ? `${resource}-${name}` : resource;
}

/** What it was called before the stack's file got or lost a list: the guest stays the same one. */
function aliasesFor(resource: string, guest: PlannedGuest, settings: Settings): pulumi.Alias[] {
  if (guest.name !== settings.guestName) return [];
  return [{ name: settings.guests.length > 0 ? resource : `${resource}-${guest.name}` }];
}
