import { randomUUID } from "node:crypto";
import { appendFile, chmod, copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { KeyPair } from "../../provider/host/new-key-pair";

/** What the lab's own image has on each of its hosts: the same settings here, so that only the speed differs. */
const labImage = join(__dirname, "../../machines/images/host/rootfs/etc");
/** The private hypervisor's: its libvirtd has no polkit to ask either. */
const libvirtdSettings = join(__dirname, "../../machines/hypervisor/etc/libvirtd.conf");

const libvirtUser = {
  passwd: "libvirt-qemu:x:64055:64055::/:/usr/sbin/nologin",
  group: "libvirt-qemu:x:64055:",
};

export interface MachineIdentity {
  readonly name: string;
  readonly hostKey: KeyPair;
  /** The public key of who may log in as root. */
  readonly operatorKey: string;
}

/** Lays out a server's own files, as machine-init.sh mounts them: the machine's /etc with another identity, and nothing else of it. */
export async function layOutMachine(folder: string, identity: MachineIdentity): Promise<void> {
  const etc = join(folder, "etc");
  for (const part of ["root/.ssh", "lib", "log", "cache"])
    await mkdir(join(folder, part), { recursive: true });
  await execa("cp", ["-a", "/etc", etc]);
  await writeFile(join(folder, "boot_id"), `${randomUUID()}\n`);
  await writeFile(join(etc, "hostname"), `${identity.name}\n`);
  await rm(join(etc, "machine-id"), { force: true });
  await writeFile(join(etc, "machine-id"), `${randomUUID().replaceAll("-", "")}\n`);
  await rm(join(etc, "hosts"), { force: true });
  await writeFile(join(etc, "hosts"), "127.0.0.1\tlocalhost\n::1\tlocalhost\n");
  await layOutSsh(folder, identity);
  await layOutLibvirt(etc);
}

async function layOutSsh(folder: string, { hostKey, operatorKey }: MachineIdentity): Promise<void> {
  const ssh = join(folder, "etc/ssh");
  await rm(ssh, { recursive: true, force: true });
  await mkdir(join(ssh, "ssh_config.d"), { recursive: true });
  // As Debian ships it, and as the lab's image adds to it (machines/images/host/customize.sh).
  await writeFile(
    join(ssh, "ssh_config"),
    "Include /etc/ssh/ssh_config.d/*.conf\nHost *\n  SendEnv LANG LC_*\n",
  );
  await writeFile(
    join(ssh, "ssh_config.d/lab.conf"),
    "KexAlgorithms curve25519-sha256\nCiphers aes128-gcm@openssh.com,aes128-ctr\n",
  );
  await copyFile(join(labImage, "ssh/sshd_config.d/lab.conf"), join(ssh, "sshd_config"));
  await appendFile(join(ssh, "sshd_config"), "AcceptEnv LANG LC_*\n");
  await writeFile(join(ssh, "ssh_host_ed25519_key"), hostKey.private, { mode: 0o600 });
  await writeFile(join(ssh, "ssh_host_ed25519_key.pub"), `${hostKey.public}\n`);
  await writeFile(join(folder, "root/.ssh/authorized_keys"), `${operatorKey}\n`, { mode: 0o600 });
  for (const part of ["root", "root/.ssh"]) await chmod(join(folder, part), 0o700);
}

async function layOutLibvirt(etc: string): Promise<void> {
  const libvirt = join(etc, "libvirt");
  await rm(libvirt, { recursive: true, force: true });
  await mkdir(libvirt);
  await copyFile(join(labImage, "libvirt/qemu.conf"), join(libvirt, "qemu.conf"));
  await copyFile(libvirtdSettings, join(libvirt, "libvirtd.conf"));
  // Else libvirt takes the firmware's, finds the other host to be the same one, and refuses the move.
  await appendFile(join(libvirt, "libvirtd.conf"), `host_uuid = "${randomUUID()}"\n`);
  // It does not start without this user, though guests are run as root here.
  for (const [file, line] of Object.entries(libvirtUser)) {
    const known = await readFile(join(etc, file), "utf8");
    if (!/^libvirt-qemu:/m.test(known)) await appendFile(join(etc, file), `${line}\n`);
  }
}
