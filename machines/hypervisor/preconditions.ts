import { stat, statfs } from "node:fs/promises";
import { LabError } from "../../errors/lab-error";

const giB = 1024 ** 3;
/** What the servers' and the guest's disks grow to. */
const newLabBytes = 4 * giB;
/** What a lab that is there already may still write. */
const oldLabBytes = 1 * giB;
/** sun_path holds 108 bytes, one of them the closing zero. */
const socketPathLimit = 107;
/** The longest name of a socket in the folder. */
const socketNames = ["libvirt-sock", "libvirt-sock-ro", "libvirt-admin-sock"] as const;

/** Folders that look different inside the namespaces: what lies in them on the machine cannot be seen there. */
const replacedInside = [
  "/run",
  "/var/run",
  "/proc",
  "/sys",
  "/etc/libvirt",
  "/var/lib/libvirt",
  "/var/log/libvirt",
];

/** @throws LabError KVM-301 */
export function refuseWithoutRoot(): void {
  if (process.geteuid?.() === 0) return;
  throw new LabError({
    code: "KVM-301",
    expected: "root, to make the lab's own network and its libvirt",
    found: `user id ${process.geteuid?.() ?? "unknown"}`,
    fix: "run ./lab as root (sudo ./lab …), or use `hypervisor: qemu:///system` in the stack's config",
  });
}

/** Whether libvirt's sockets can be made in this folder and reached from both sides. @throws LabError KVM-313 */
export function refuseUnusableFolder(folder: string): void {
  const longest = Math.max(...socketNames.map((name) => Buffer.byteLength(`${folder}/${name}`)));
  if (longest > socketPathLimit) {
    throw unusableFolder(
      `a folder for the lab's sockets with a path of at most ${socketPathLimit - (longest - Buffer.byteLength(folder))} bytes`,
      `${folder} (${Buffer.byteLength(folder)} bytes)`,
    );
  }
  const hidden = replacedInside.find((place) => folder.startsWith(`${place}/`));
  if (hidden !== undefined) throw unusableFolder(`a cache that is not below ${hidden}`, folder);
}

function unusableFolder(expected: string, found: string): LabError {
  return new LabError({
    code: "KVM-313",
    expected,
    found,
    fix: "put the cache elsewhere, for example: export KVMLAB_CACHE=/var/tmp/kvmlab",
  });
}

/** @throws LabError KVM-312 */
export async function refuseFullDisk(folder: string, labExists: boolean): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const needed = labExists ? oldLabBytes : newLabBytes;
  const free = bavail * bsize;
  if (free >= needed) return;
  throw new LabError({
    code: "KVM-312",
    expected: `${formatGiB(needed)} free for the disks of the lab's machines`,
    found: `${formatGiB(free)} free at ${folder}`,
    fix: "make room there, or put the cache on a larger disk: export KVMLAB_CACHE=/path/on/it",
  });
}

const formatGiB = (bytes: number) => `${(bytes / giB).toFixed(1)} GiB`;

/** @throws LabError KVM-311 when a device that the machines need is not there. */
export async function refuseWithoutDevices(acceleration: "kvm" | "tcg"): Promise<void> {
  const tunFix = "modprobe tun; in a container, start it with --device /dev/net/tun";
  await refuseWithoutDevice("/dev/net/tun", "to give machines a network", tunFix);
  if (acceleration === "tcg") return;
  const kvmFix = "use `acceleration: auto` or `acceleration: tcg` in the stack's config";
  await refuseWithoutDevice("/dev/kvm", "for acceleration by KVM", kvmFix);
}

async function refuseWithoutDevice(device: string, purpose: string, fix: string): Promise<void> {
  const status = await stat(device).catch(() => undefined);
  if (status?.isCharacterDevice()) return;
  const found = status === undefined ? "no such file" : "a file that is not a device";
  throw new LabError({ code: "KVM-311", expected: `the device ${device}, ${purpose}`, found, fix });
}
