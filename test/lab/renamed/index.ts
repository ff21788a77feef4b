import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { Migration, type MigrationArgs } from "kvmlab-provider/sdk/migration";

/** One migration: the variable KVMLAB_ARGUMENTS names a file with its arguments, as JSON. */
const file = process.env.KVMLAB_ARGUMENTS;
if (file === undefined) throw new Error("KVMLAB_ARGUMENTS: a file with a migration's arguments");
const args: MigrationArgs = JSON.parse(readFileSync(file, "utf8"));

const migration = new Migration("move", { ...args, hosts: pulumi.secret(args.hosts) });

export const { runningOn, guestName, moved, command, proofs } = migration;
