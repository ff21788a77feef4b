import type { CatalogEntry } from "../catalog-entry";

/** Codes KVM-3xx: see docs/reference/errors.md, generated from here. */
export const hypervisorErrors = {
  "KVM-301": {
    title: "Root is needed",
    explanation:
      "Installing Debian packages and making the lab's own mount, network and PID namespaces are root's to do. Everything that is made stays in the lab's cache and in these namespaces.",
    mend: "Run `sudo ./lab up`, or become root first. With `hypervisor: qemu+ssh://…` in the stack's config no root is needed, once the packages that the error names are installed.",
  },
  "KVM-302": {
    title: "This is not a Debian machine",
    explanation:
      "The lab finds and installs what it needs with `dpkg-query` and `apt-get`, and one of them is not there.",
    mend: "Use Debian 12, or install the packages that the error names with your own package manager and use `hypervisor: qemu:///system`.",
  },
  "KVM-303": {
    title: "Debian packages cannot be fetched",
    explanation: "`apt-get` could not reach the package archive, even after `apt-get update`.",
    mend: "`apt-get update` must work on this machine: check its network, its proxy settings and `/etc/apt/sources.list`.",
  },
  "KVM-304": {
    title: "A Debian package does not exist here",
    explanation:
      "The package lists are current and do not contain the package: another release of Debian, or an archive without `main`.",
    mend: "Add the `main` archive of Debian 12 to `/etc/apt/sources.list`, then `apt-get update`.",
  },
  "KVM-305": {
    title: "Another package manager is at work",
    explanation: "`apt-get` waited two minutes for the lock that another apt or dpkg holds.",
    mend: "`fuser -v /var/lib/dpkg/lock-frontend` shows who it is. When it has finished, run the same command again.",
  },
  "KVM-306": {
    title: "Installing Debian packages failed",
    explanation:
      "`apt-get install` ended with an error that is none of the usual ones; the error shows its last lines.",
    mend: "`dpkg --configure -a && apt-get --fix-broken install`, then run the same command again.",
  },
} as const satisfies Record<string, CatalogEntry>;
