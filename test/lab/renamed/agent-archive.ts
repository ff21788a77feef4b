import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";

/**
 * In the probe's place: what the lab's guest becomes once its disk is mounted. Nobody makes /dev/virtio-ports there, so the port
 * is found by what the kernel says of it.
 */
const startAgent = `#!/bin/busybox sh
B=/bin/busybox
$B insmod /modules/virtio_console.ko
port=
while [ -z "$port" ]; do
  for name in /sys/class/virtio-ports/*/name; do
    if [ "$($B cat "$name" 2> /dev/null)" = org.qemu.guest_agent.0 ]; then port=$($B basename "$($B dirname "$name")"); fi
  done
  [ -n "$port" ] || $B sleep 1
done
while :; do
  /usr/sbin/qemu-ga -m virtio-serial -p "/dev/$port" -t /run -f /run/qemu-ga.pid
  $B sleep 1
done
`;

/**
 * An archive for the end of the lab's guest's initrd, which makes another guest of it: one without a probe, with Debian's QEMU guest
 * agent. The kernel unpacks one archive after the other, and a later file takes the place of an earlier one: the lab's own image stays as it is.
 */
export async function agentArchive(work: string, virtioConsole: Buffer): Promise<Buffer> {
  const [packages, tree] = [join(work, "packages"), join(work, "tree")];
  await mkdir(packages, { recursive: true });
  await execa("apt-get", ["download", "-q", "-o", "APT::Sandbox::User=root", "qemu-guest-agent"], {
    cwd: packages,
  });
  await execa("sh", ["-c", 'dpkg-deb -x "$1"/*.deb "$1"', "sh", packages]);
  const agent = join(packages, "usr/sbin/qemu-ga");
  const { stdout: libraries } = await execa("ldd", [agent]);
  if (libraries.includes("not found"))
    throw new Error(`this machine lacks libraries of qemu-ga:\n${libraries}`);
  const files = [...libraries.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1] ?? "");
  await Promise.all(files.map((file) => put(file, join(tree, file))));
  await put(agent, join(tree, "usr/sbin/qemu-ga"));
  for (const folder of ["bin", "modules", "run"]) await mkdir(join(tree, folder), { recursive: true });
  await writeFile(join(tree, "modules/virtio_console.ko"), virtioConsole);
  await writeFile(join(tree, "bin/probe"), startAgent);
  await chmod(join(tree, "bin/probe"), 0o755);
  await execa(
    "sh",
    ["-c", 'find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 > "$1"', "sh", `${tree}.cpio`],
    {
      cwd: tree,
    },
  );
  return readFile(`${tree}.cpio`);
}

async function put(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
  await chmod(to, 0o755);
}
