import * as pulumi from "@pulumi/pulumi";
import { Migration } from "../provider/sdk/migration";
import { SshKeyPair } from "../provider/sdk/ssh-key-pair";
import { movingOptions } from "../stacks/moving-options";
import type { Settings } from "../stacks/schema";
import { imagesFolderOf, shownStorage } from "../stacks/topology/storage";
import { onlyGuest, type Topology, topologyOf } from "../stacks/topology/topology";
import type { GuestFiles } from "../toolchain/images";
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

/** The whole lab: three servers, the shared storage, the names, the guest, and the place where the guest should run. */
export class Lab extends pulumi.ComponentResource {
  readonly outputs: Readonly<Record<string, pulumi.Input<unknown>>>;

  constructor(name: string, args: LabArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:Lab", name, {}, opts);
    const { settings, platform } = args;
    const parent = { parent: this };
    const topology = topologyOf(settings);
    const { storage: plan } = topology;
    const guest = onlyGuest(topology);

    const machines = platform ? this.build(topology, settings, platform) : this.take(settings);
    const storage = named(machines, plan.server);
    const hosts = machines.filter((machine) => machine !== storage);
    const names = new HostNames("host-names", { machines }, parent);
    const trust = new HostTrust("host-trust", { hosts }, parent);
    const share = storageOf(topology, storage, hosts, parent);
    const kvmHosts = hosts.map(
      (machine) =>
        new KvmHost(`kvm-${machine.role}`, { machine, names, share, bridge: settings.bridge }, parent),
    );
    const first = kvmHosts.find(({ machine }) => machine.role === guest.startsOn);
    if (first === undefined) throw new Error(`${guest.startsOn} is no host`);

    const labGuest = new LabGuest(
      "guest",
      {
        ...{ topology, guest, share, first },
        hosts: kvmHosts,
        image: args.guestImage,
        keptOn: (server) => (platform?.warmDisks[server] === undefined ? undefined : platform.warmGuest),
      },
      parent,
    );
    const ready = [...kvmHosts.map((host) => host.ready), ...trust.done, ...labGuest.toMove];
    const broken = {
      words: settings.break,
      storage: plan.kind,
      guest: guest.name,
      mountPoint: imagesFolderOf(plan),
      running: labGuest.guest,
      nfs: storage,
      // Of the names that the course has, wherever anything is broken (stacks/rules.ts).
      source: first.machine,
      target: hosts.find((machine) => machine !== first.machine) ?? first.machine,
      after: ready,
    };
    const migration = new Migration(
      "migration",
      {
        guest: labGuest.guest.name,
        hosts: hosts.map(({ connection }) => connection),
        to: guest.runsOn,
        options: movingOptions(settings.migrationOptions) ?? {},
        waive: [...settings.waive],
        observer: storage.connection,
        probe: { address: labGuest.address, port: probePort },
        measure: measureOf(settings.measure, pulumi.getStack()),
      },
      {
        parent: this,
        // Machines of the user's own are never broken.
        dependsOn: platform ? new Broken("broken", broken, parent).done : ready,
        // A guest that was made again is on source again.
        replaceWith: [labGuest.guest],
        deleteBeforeReplace: true,
      },
    );

    this.outputs = {
      hypervisor: platform?.uri ?? "existing machines",
      hosts: pulumi.secret(pulumi.output(machines.map(({ connection }) => connection))),
      addresses: Object.fromEntries(machines.map(({ role, address }) => [role, address])),
      share: shownStorage(plan),
      guest: {
        name: guest.name,
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
    this.registerOutputs({});
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

function named(machines: readonly Machine[], name: string): Machine {
  const machine = machines.find(({ role }) => role === name);
  if (machine === undefined) throw new Error(`the lab has no server ${name}`);
  return machine;
}
