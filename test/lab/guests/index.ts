import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { Guest, type GuestArgs } from "kvmlab-provider/sdk/guest";
import { Migration, type MigrationArgs } from "kvmlab-provider/sdk/migration";

/** A guest, a guest's place, or both: the variable KVMLAB_ARGUMENTS names a file with their arguments, as JSON. */
const file = process.env.KVMLAB_ARGUMENTS;
if (file === undefined) throw new Error("KVMLAB_ARGUMENTS: a file with the arguments");
const given: { readonly guest?: GuestArgs; readonly migration?: MigrationArgs } = JSON.parse(
  readFileSync(file, "utf8"),
);

const guest = given.guest && new Guest("guest", { ...given.guest, hosts: pulumi.secret(given.guest.hosts) });
const migration =
  given.migration &&
  new Migration("migration", { ...given.migration, hosts: pulumi.secret(given.migration.hosts) });

export const state = guest?.state;
export const uuid = guest?.uuid;
export const takenOver = guest?.takenOver;
export const runningOn = migration?.runningOn;
