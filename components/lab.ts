import * as pulumi from "@pulumi/pulumi";
import type { GuestFiles } from "../machines/images";
import { Migration } from "../provider/sdk/migration";
import { SshKeyPair } from "../provider/sdk/ssh-key-pair";
import type { Settings } from "../stacks/schema";
import { type Topology, topologyOf } from "../stacks/topology/topology";
import { Broken } from "./broken";
import { BuiltMachine } from "./built-machine";
import { ExistingMachine } from "./existing-machine";
import { probePort } from "./guest-definition";
import { HostNames } from "./host-names";
import { HostTrust } from "./host-trust";
import { KvmHost } from "./kvm-host";
import { LabGuest } from "./lab-guest";
import type { Machine } from "./machine";
import { measureOf } from "./measured-moves";
import { Network } from "./network";
import { NfsServer } from "./nfs-server";
import type { Platform } from "./platform";
import { readPrivateKey } from "./private-key-file";
import { brokenProcessor, defaultProcessor } from "./processor";
import { ServerDisks } from "./server-disks";

export interface LabArgs {
  readonly settings: Settings;
  /** What the servers are built on; undefined when they exist already. */
  readonly platform: Platform | undefined;
  readonly guestImage: GuestFiles;
}

/** The whole lab: the servers, the share, the names, the guests, and the place where each guest should run. */
export class Lab extends pulumi.ComponentResource {
  readonly outputs: Readonly<Record<string, pulumi.Input<unknown>>>;

  constructor(name: string, args: LabArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:Lab", name, {}, opts);
    const { settings, platform } = args;
    const parent = { parent: this };
    const topology = topologyOf(settings);
    const { storage: plan } = topology;

    const machines = platform ? this.build(topology, settings, platform) : this.take(settings);
    const storage = machineNamed(machines, plan.server);
    const hosts = machines.filter((machine) => machine !== storage);
    const names = new HostNames("host-names", { machines }, parent);
    const trust = new HostTrust("host-trust", { hosts }, parent);
    const share = new NfsServer(
      "nfs-share",
      { machine: storage, path: plan.exportPath, clients: hosts },
      parent,
    );
    const { mountPoint } = plan;
    const kvmHosts = hosts.map((machine) => {
      const host = { machine, names, share, mountPoint, bridge: settings.bridge };
      return new KvmHost(`kvm-${machine.role}`, host, parent);
    });
    const ready = [...kvmHosts.map((host) => host.ready), ...trust.done];
    const named = topology.guests.length > 1 || settings.guests.length > 0;
    const guests = topology.guests.map((guest, index) => {
      const files = { image: args.guestImage, onShare: platform?.warmGuest };
      const about = { topology, guest, share, hosts: kvmHosts, ...files };
      return new LabGuest(nameFor("guest", guest.name, named), about, {
        ...parent,
        aliases: index === 0 ? [{ name: nameFor("guest", guest.name, !named) }] : [],
      });
    });
    const [firstGuest] = guests;
    if (firstGuest === undefined) throw new Error("a lab without a guest");
    const { first } = firstGuest;
    const broken = {
      words: settings.break,
      guest: firstGuest.name,
      mountPoint,
      running: firstGuest.guest,
      nfs: storage,
      // Of the names that the course has, wherever anything is broken (stacks/rules.ts).
      source: first.machine,
      target: hosts.find((machine) => machine !== first.machine) ?? first.machine,
      after: ready,
    };
    // Machines of the user's own are never broken.
    const before = platform ? new Broken("broken", broken, parent).done : ready;
    const placed = guests.map((labGuest, index) =>
      this.place(labGuest, settings, {
        name: nameFor("migration", labGuest.name, named),
        aliases: index === 0 ? [{ name: nameFor("migration", labGuest.name, !named) }] : [],
        hosts,
        observer: storage,
        dependsOn: before,
      }),
    );

    this.outputs = {
      hypervisor: platform?.uri ?? "existing machines",
      hosts: pulumi.secret(pulumi.output(machines.map(({ connection }) => connection))),
      addresses: Object.fromEntries(machines.map(({ role, address }) => [role, address])),
      share: { server: plan.server, path: plan.exportPath, mountPoint },
      ...placed[0],
      guests: placed,
    };
    this.registerOutputs({});
  }

  /** The place where a guest should run. */
  private place(labGuest: LabGuest, settings: Settings, how: Placing): PlacedGuest {
    const { plan } = labGuest;
    const migration = new Migration(
      how.name,
      {
        guest: labGuest.guest.name,
        hosts: how.hosts.map(({ connection }) => connection),
        to: plan.runsOn,
        options: plan.moving,
        waive: [...settings.waive],
        observer: how.observer.connection,
        probe: { address: labGuest.address, port: probePort },
        measure: measureOf(settings.measure, pulumi.getStack(), plan.name),
      },
      {
        parent: this,
        aliases: how.aliases,
        dependsOn: how.dependsOn,
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
      ({ name, place, address, memoryMiB, vcpus }) =>
        new BuiltMachine(
          name,
          {
            role: name,
            ...{ place, platform, network, disks, gateway, memoryMiB, vcpus, operatorKey },
            address: `${address}/${prefix}`,
            processor: name === "target" ? brokenProcessor(settings.break) : defaultProcessor,
          },
          parent,
        ),
    );
  }

  private take(settings: Settings): Machine[] {
    const privateKey = pulumi.secret(readPrivateKey(settings.sshPrivateKeyFile));
    const machine = (role: "nfs" | "source" | "target") => {
      const [login, hostKey] = [settings[`${role}Address`], settings[`${role}HostKey`]];
      return new ExistingMachine(role, { role, login, hostKey, privateKey }, { parent: this });
    };
    return [machine("nfs"), machine("source"), machine("target")];
  }
}

interface Placing {
  readonly name: string;
  readonly aliases: pulumi.Alias[];
  readonly hosts: readonly Machine[];
  /** From where the guest is observed. */
  readonly observer: Machine;
  readonly dependsOn: pulumi.Resource[];
}

/** A guest and its last move, as the outputs have them. */
interface PlacedGuest {
  readonly guest: Readonly<Record<string, pulumi.Input<unknown>>>;
  readonly migration: Readonly<Record<string, pulumi.Input<unknown>>>;
}

/** What a guest's resource is called: by the guest's name where the stack's file names several, so that each keeps its own whoever comes and goes. */
function nameFor(resource: string, guest: string, named: boolean): string {
  return named ? `${resource}-${guest}` : resource;
}

function machineNamed(machines: readonly Machine[], name: string): Machine {
  const machine = machines.find(({ role }) => role === name);
  if (machine === undefined) throw new Error(`the lab has no server ${name}`);
  return machine;
}
