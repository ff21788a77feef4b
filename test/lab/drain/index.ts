import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { Drain, type DrainArgs } from "kvmlab-provider/sdk/drain";

/**
 * One drain: the variable KVMLAB_ARGUMENTS names a file with its arguments, as JSON: host and hosts, and whatever else DrainArgs has. What
 * is wrong with them the provider's own check says.
 */
const file = process.env.KVMLAB_ARGUMENTS;
if (file === undefined) throw new Error("KVMLAB_ARGUMENTS: a file with a drain's arguments");
const args: DrainArgs = JSON.parse(readFileSync(file, "utf8"));

const drain = new Drain("drain", { ...args, hosts: pulumi.secret(args.hosts) });

export const { host, movedGuests, drained } = drain;
