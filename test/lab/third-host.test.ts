// @module-tag long
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { knownLab } from "../../cli/access";
import { labStack } from "../../cli/lab-stack";
import { resourcesOfState } from "../../cli/resources-of-state";
import { freshLab } from "./fresh-lab";
import type { Inside, Server } from "./inside";
import { stack } from "./lab-command";
import { expectOneWhole } from "./moving";
import { Program } from "./program";

const outputs = z.object({
  runningOn: z.string(),
  moved: z.boolean(),
  command: z.string(),
  proofs: z.array(z.object({ name: z.string(), verdict: z.string() })),
});

let inside: Inside;
let program: Program;

/** What lets root of all three log in to nfs, as source and target do to each other. */
const trustNfs = (address: string, hostKey: string) => `set -e
echo 'nfs ${hostKey}' > /root/.ssh/third.known_hosts
cat > /etc/ssh/ssh_config.d/third.conf <<'END'
Match localuser root host nfs,${address}
  HostKeyAlias nfs
  UserKnownHostsFile /root/.ssh/third.known_hosts
  IdentityFile /root/.ssh/kvm-migration-lab
  BatchMode yes
  ControlPath /run/kvm-migration-lab-%C
END`;

/** The NFS server has the hosts' image: with the share mounted from itself, and libvirtd, it is a host as well. */
const makeHost = (address: string) => `set -e
modprobe kvm_amd 2> /dev/null || modprobe kvm_intel
systemctl start libvirtd
exportfs -o rw,sync,no_subtree_check,no_root_squash ${address}:/migration
mount -t nfs4 nfs:/migration /var/lib/libvirt/images
virsh --connect qemu:///system version`;

/** Files of source's that nfs takes over: its key, whom it trusts, and ssh's settings. */
const trustFiles = [
  "/root/.ssh/kvm-migration-lab",
  "/root/.ssh/kvm-migration-lab.known_hosts",
  "/root/.ssh/authorized_keys",
  "/etc/ssh/ssh_config.d/kvm-migration-lab.conf",
];

/** What libvirt on nfs is asked for the guest. */
const onNfs = async () =>
  (await inside.on("nfs", "virsh --connect qemu:///system list --name --state-running")).trim();

async function becomeHost(hostKey: string): Promise<void> {
  const { nfs } = inside.addresses;
  const archive = await inside.on("source", `tar c ${trustFiles.join(" ")} 2> /dev/null | base64`);
  await inside.send("nfs", "/run/trust.tar", Buffer.from(archive, "base64"));
  await inside.on("nfs", "tar x -C / -f /run/trust.tar");
  for (const server of ["nfs", "source", "target"] as const) await inside.on(server, trustNfs(nfs, hostKey));
  await inside.on("nfs", makeHost(nfs), 180);
}

async function moved(to: Server) {
  const { hosts } = await knownLab(labStack(stack));
  await program.arguments({
    guest: "guest",
    hosts,
    to,
    observer: hosts.find(({ name }) => name === "nfs"),
    probe: inside.probe,
  });
  await program.pulumi("up");
  return outputs.parse(await program.outputs());
}

/** A refresh changes what the engine knows of a resource; a program's outputs follow at the next up. */
async function runningOnByState(): Promise<unknown> {
  const resources = resourcesOfState(await program.pulumi("stack", "export"));
  return resources.find(({ type }) => type === "kvmlab:index:Migration")?.outputs?.runningOn;
}

// The next file that needs the lab resets it, and nfs is no host any more.
describe("a guest that somebody moved to a third host", () => {
  beforeAll(async () => {
    inside = await freshLab();
    program = await Program.open("renamed");
    const { hosts } = await knownLab(labStack(stack));
    await becomeHost(hosts.find(({ name }) => name === "nfs")?.hostKey ?? "");
  });
  afterAll(async () => {
    inside?.close();
    await program?.close();
  });

  test("is found there by a refresh, and comes from there at the next up", async () => {
    const before = await inside.truth();
    expect(await moved("target")).toMatchObject({ runningOn: "target", moved: true });

    await inside.on(
      "target",
      "virsh migrate --live --p2p --persistent --undefinesource guest qemu+ssh://nfs/system",
      180,
    );
    expect(await onNfs()).toBe("guest");
    await program.pulumi("refresh");
    expect(await runningOnByState()).toBe("nfs");

    const back = await moved("target");
    expect(back).toMatchObject({ runningOn: "target", moved: true });
    expect(back.proofs.filter(({ verdict }) => verdict === "failed")).toEqual([]);
    expect(await onNfs()).toBe("");
    expectOneWhole(before, await inside.truth());
  });
});
