/** The Debian releases that a server can be built with. */
export const releases = ["bookworm", "trixie"] as const;

export type Release = (typeof releases)[number];

/** The one that a lab has unless it says another: also that of its guest's kernel. */
export const defaultRelease = "bookworm" satisfies Release;

/** What `q35` means to each release's QEMU: the newest machine type that it has. */
const newestMachine: Readonly<Record<Release, string>> = {
  bookworm: "pc-q35-7.2",
  trixie: "pc-q35-10.0",
};

/**
 * The machine type of a guest that is installed on a server of a release, as virt-install would choose it: the newest. An older release's hosts do not
 * know it, a newer one's do. Machines that exist already may have any release: the oldest one's is known to all.
 */
export function machineTypeOn(release: Release | undefined): string {
  return newestMachine[release ?? defaultRelease];
}
