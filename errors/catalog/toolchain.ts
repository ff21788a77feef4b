import type { CatalogEntry } from "kvmlab-provider/errors/catalog-entry";

/** Codes KVM-2xx: see docs/reference/errors.md, generated from here. */
export const toolchainErrors = {
  "KVM-201": {
    title: "Another process makes the same thing and does not finish",
    explanation:
      "What takes time to make is made once; several commands that need it wait for the first. This one waited 20 minutes.",
    fix: "Look for another `./lab` on this machine. The lock of a killed command is released within 15 seconds.",
  },
  "KVM-202": {
    title: "There is no Pulumi here, and no Go to build one",
    explanation:
      "No `pulumi` is on PATH, the official download cannot be reached, and the engine can only be built from its module sources with a Go that is new enough.",
    fix: "Install Go (https://go.dev/dl/) or Pulumi (https://www.pulumi.com/docs/install/), then run the same command again.",
  },
  "KVM-203": {
    title: "A program of the toolchain does not build",
    explanation: "`go build` of one of the modules under `toolchain/go` ended with an error.",
    fix: "Check the network (`go env GOPROXY`) and the free disk space (5 GiB in the cache while it builds); run the command that the message names to see all of Go's output.",
  },
  "KVM-204": {
    title: "A download of Pulumi is not what its release says",
    explanation:
      "The file's sha256 differs from the one in the release's list of checksums, or the list does not name it.",
    fix: "Something between here and the release changes downloads. Install Pulumi yourself: https://www.pulumi.com/docs/install/",
  },
  "KVM-205": {
    title: "A Pulumi plugin cannot be installed",
    explanation: "`pulumi plugin install` ended with an error.",
    fix: "Check the free disk space and the network. `KVMLAB_OFFLINE=1 ./lab up` takes the stand-in for the command plugin instead of the download.",
  },
  "KVM-206": {
    title: "@pulumi/libvirt cannot be generated",
    explanation:
      "The SDK is made from the libvirt plugin's schema and compiled with the project's TypeScript; one of these steps failed.",
    fix: "`rm -rf sdks node_modules`, then run the same command again.",
  },
  "KVM-207": {
    title: "The download of Pulumi broke off",
    explanation:
      "The release could be reached a moment ago, but its archive did not arrive whole. With a Go on this machine the lab builds Pulumi from module sources instead.",
    fix: "Run the same command again; `KVMLAB_OFFLINE=1` keeps it from trying.",
  },
} as const satisfies Record<string, CatalogEntry>;
