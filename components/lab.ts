import * as pulumi from "@pulumi/pulumi";
import { Migration } from "../provider/sdk/migration";
import { SshKeyPair } from "../provider/sdk/ssh-key-pair";
import { movingOptions } from "../stacks/moving-options";
import type { Settings } from "../stacks/schema";
import type { ServerRole } from "../toolchain/hypervisor/hypervisor";
import type { GuestFiles } from "../toolchain/images";
import { labAddresses } from "./addresses";
import { Broken } from "./broken";
import { BuiltMachine } from "./built-machine";
import { ExistingMachine } from "./existing-machine";
import { guestSettings, probePort } from "./guest-definition";
import { HostNames } from "./host-names";
import { HostTrust } from "./host-trust";
import { imagesFolder } from "./images-folder";
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

/** The folder that the course exports. */
const exportPath = "/migration";

export interface LabArgs {
  readonly settings: Settings;
  /** What the servers are built on; undefined when they exist already. */
  readonly platform: Platform | undefined;
  readonly guestImage: GuestFiles;
}

/** The whole lab: three servers, the share, the names, the guest, and the place where the guest should run. */
export class Lab extends pulumi.ComponentResource {
  readonly outputs: Readonly<Record<string, pulumi.Input<unknown>>>;

  constructor(name: string, args: LabArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kvm-migration-lab:index:Lab", name, {}, opts);
    const { settings, platform } = args;
    const parent = { parent: this };

    const { nfs, source, target } = platform ? this.build(settings, platform) : this.take(settings);
    const names = new HostNames("host-names", { nfs, source, target }, parent);
    const trust = new HostTrust("host-trust", { source, target }, parent);
    const share = new NfsServer("nfs-share", { machine: nfs, path: exportPath, source, target }, parent);
    const host = (machine: Machine) =>
      new KvmHost(`kvm-${machine.role}`, { machine, names, share, bridge: settings.bridge }, parent);
    const sourceHost = host(source);
    const targetHost = host(target);

    const labGuest = new LabGuest(
      "guest",
      {
        guest: guestSettings(settings),
        image: args.guestImage,
        onShare: platform?.warmGuest,
        nfs,
        share,
        source: sourceHost,
        target: targetHost,
      },
      parent,
    );
    const ready = [sourceHost.ready, targetHost.ready, ...trust.done];
    const broken = {
      words: settings.break,
      guest: settings.guestName,
      running: labGuest.guest,
      ...{ nfs, source, target },
      after: ready,
    };
    const hosts = [source.connection, target.connection];
    const migration = new Migration(
      "migration",
      {
        guest: labGuest.guest.name,
        hosts,
        to: settings.guestRunsOn,
        options: movingOptions(settings.migrationOptions) ?? {},
        waive: [...settings.waive],
        observer: nfs.connection,
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
      hosts: pulumi.secret(pulumi.output([nfs, source, target].map(({ connection }) => connection))),
      addresses: { nfs: nfs.address, source: source.address, target: target.address },
      share: { server: "nfs", path: exportPath, mountPoint: imagesFolder },
      guest: {
        name: settings.guestName,
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

  private build(settings: Settings, platform: Platform): Record<ServerRole, Machine> {
    const parent = { parent: this };
    const operatorKey = new SshKeyPair("operator-key", { comment: "operator of the lab" }, parent);
    const network = new Network("network", { platform, cidr: settings.network }, parent);
    const disks = new ServerDisks("server-disks", { platform }, parent);
    const addresses = labAddresses(settings.network);
    const machine = (role: ServerRole, memoryMiB: number) =>
      new BuiltMachine(
        role,
        {
          role,
          platform,
          network,
          disks,
          address: withPrefix(settings.network, addresses[role]),
          gateway: addresses.hypervisor,
          memoryMiB,
          vcpus: settings.hostVcpus,
          operatorKey,
          processor: role === "target" ? brokenProcessor(settings.break) : defaultProcessor,
        },
        parent,
      );
    return {
      nfs: machine("nfs", settings.nfsMemoryMiB),
      source: machine("source", settings.hostMemoryMiB),
      target: machine("target", settings.hostMemoryMiB),
    };
  }

  private take(settings: Settings): Record<ServerRole, Machine> {
    const privateKey = pulumi.secret(readPrivateKey(settings.sshPrivateKeyFile));
    const machine = (role: ServerRole) =>
      new ExistingMachine(
        role,
        { role, login: settings[`${role}Address`], hostKey: settings[`${role}HostKey`], privateKey },
        { parent: this },
      );
    return { nfs: machine("nfs"), source: machine("source"), target: machine("target") };
  }
}

function withPrefix(cidr: string, address: string): string {
  return `${address}/${cidr.split("/")[1]}`;
}
