import * as pulumi from "@pulumi/pulumi";
import { ExistingMachine } from "../../../components/existing-machine";

const logins: Readonly<Record<string, string>> = {
  nfs: "root@192.0.2.1",
  source: "root@192.0.2.2",
  target: "root@192.0.2.3:2222",
};

/** A machine that needs nothing built: for tests of what is done on machines. */
export function sampleMachine(role: string): ExistingMachine {
  return new ExistingMachine(role, {
    role,
    login: logins[role] ?? "",
    hostKey: `ssh-ed25519 AAAA${role} comment`,
    privateKey: pulumi.secret("PRIVATE"),
  });
}
