import { copyFile, readdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { buildOnce, cached, contentKey } from "../../toolchain/cache";
import { ensureDebianPackages } from "../../toolchain/debian-packages";
import type { Progress } from "../../toolchain/progress";
import { aptProxy, type DebianRelease, debianSources } from "./debian-sources";
import { guestRecipe, writeGuestInitrd } from "./guest-initrd";
import { writeInitrd } from "./initrd";
import { kernelForm, writeVmlinux } from "./kernel";
import { recipeParts } from "./recipe-parts";
import { compileC, tool } from "./tool";

const recipe = resolve(__dirname, "host");
const diskSize = "6G";

/** What a host boots from. */
export interface HostImage {
  /** Names what it was made from: equal keys, equal images. */
  readonly key: string;
  /** The root disk, qcow2; only ever used as the base of an overlay. */
  readonly disk: string;
  /** Booted directly, without firmware or boot loader. */
  readonly kernel: string;
  readonly initrd: string;
  readonly cmdline: string;
}

/**
 * Why these: the disk is /dev/vda and needs no look-up; nothing is mitigated or randomised inside an emulator, where
 * each costs instructions; the console shows trouble only. IPv6 has no address and is there all the same: for each socket of a
 * family that it does not have, the kernel starts modprobe.
 */
const cmdline =
  "root=/dev/vda rw console=ttyS0 quiet loglevel=4 net.ifnames=0 mitigations=off nokaslr no_timer_check " +
  "random.trust_cpu=on audit=0 apparmor=0 ipv6.disable_ipv6=1 raid=noautodetect cryptomgr.notests systemd.show_status=0 " +
  "systemd.mask=tmp.mount fsck.mode=skip";

/** Drivers for the way to the root disk; the rest is loaded by the running system when it needs it. */
const initrdModules = ["virtio_pci", "virtio_blk", "ext4"];

const buildPackages = [
  "mmdebstrap",
  "qemu-utils",
  "e2fsprogs",
  "cpio",
  "lz4",
  "binutils",
  "busybox-static",
  "gcc",
  "libc6-dev",
  "xz-utils",
  "zstd",
];

/** How each release is called by its number. */
const numbered: Readonly<Record<DebianRelease, string>> = { bookworm: "Debian 12", trixie: "Debian 13" };

/**
 * The lab's own host image: a Debian with everything inside that an NFS server and a KVM host need. Built once a release by
 * mmdebstrap (about a minute), then taken from the cache.
 *
 * @throws LabError KVM-301 to KVM-306 for missing packages, KVM-354 to KVM-356 when a step fails
 */
export async function ensureHostImage(
  progress: Progress,
  release: DebianRelease = "bookworm",
): Promise<HostImage> {
  const key = await keyOfRecipe(release);
  const folder = await buildOnce(
    "images",
    `host-${key}`,
    async (staging) => {
      await ensureDebianPackages(buildPackages, progress);
      await buildHostImage(release, staging, progress);
    },
    progress,
  );
  return filesIn(folder, key);
}

/** The image if it is in the cache already; nothing is built. */
export async function knownHostImage(release: DebianRelease = "bookworm"): Promise<HostImage | undefined> {
  const key = await keyOfRecipe(release);
  const folder = await cached("images", `host-${key}`);
  return folder === undefined ? undefined : filesIn(folder, key);
}

async function keyOfRecipe(release: DebianRelease): Promise<string> {
  return contentKey([
    process.arch,
    release,
    diskSize,
    cmdline,
    kernelForm,
    ...initrdModules,
    ...(await recipeParts(recipe)),
    ...(await recipeParts(guestRecipe)),
  ]);
}

function filesIn(folder: string, key: string): HostImage {
  const at = (file: string) => join(folder, file);
  return { key, disk: at("disk.qcow2"), kernel: at("vmlinux"), initrd: at("initrd.img"), cmdline };
}

async function buildHostImage(release: DebianRelease, staging: string, progress: Progress): Promise<void> {
  const root = join(staging, "root");
  const packages = (await readFile(join(recipe, "packages.txt"), "utf8")).trim().split("\n").join(",");
  progress(`installing ${numbered[release]} for the hosts`);
  await tool(
    "mmdebstrap",
    [
      "--variant=minbase",
      "--mode=root",
      "--dpkgopt=force-unsafe-io",
      `--include=${packages}`,
      `--customize-hook=exec "$RECIPE/customize.sh" "$1" "$RECIPE" ${release}`,
      release,
      root,
      ...(await debianSources(release)),
    ],
    { env: { ...(await aptProxy()), RECIPE: recipe } },
  );

  for (const program of ["clock", "wake"]) {
    const sources = [`${program}.c`, "sntp.c"].map((file) => join(recipe, "programs", file));
    await compileC(sources, join(root, "usr/local/lib/lab", program));
  }

  progress("writing the hosts' disk");
  const [bzImage] = (await readdir(join(root, "boot"))).filter((name) => name.startsWith("vmlinuz-"));
  await copyFile(join(root, "boot", bzImage ?? "vmlinuz"), join(staging, "bzImage"));
  await writeVmlinux(join(staging, "bzImage"), join(staging, "vmlinux"));
  await writeInitrd(
    { modulesRoot: root, modules: initrdModules, init: join(recipe, "init"), folders: ["root"] },
    staging,
    join(staging, "initrd.img"),
  );
  const raw = join(staging, "disk.raw");
  await tool("mke2fs", [
    "-q",
    "-t",
    "ext4",
    "-L",
    "lab",
    "-m",
    "0",
    "-E",
    "lazy_itable_init=0",
    "-d",
    root,
    raw,
    diskSize,
  ]);
  await tool("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, join(staging, "disk.qcow2")]);
  await rm(raw);
  progress("making the guest's initrd");
  await writeGuestInitrd(root, staging, join(staging, "guest-initrd.img"));
  await tool("rm", ["-rf", "--one-file-system", root, join(staging, "bzImage"), join(staging, "probe")]);
}
