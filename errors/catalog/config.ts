import type { CatalogEntry } from "kvmlab-provider/errors/catalog-entry";

/** Codes KVM-1xx: see docs/reference/errors.md, generated from here. */
export const configErrors = {
  "KVM-101": {
    title: "The stack's configuration has a wrong value",
    explanation:
      "Every key is checked before anything is built. The message names each key that is wrong, its value, and what is allowed.",
    fix: "Correct the stack's file in `stacks/`. Every key is explained in [the configuration reference](configuration.md).",
  },
  "KVM-102": {
    title: "The stack's file is not a Pulumi stack file",
    explanation:
      "`stacks/Pulumi.<stack>.yaml` is YAML with `config:` and `kvm-migration-lab:<key>: <value>` below it.",
    fix: "Compare it with `stacks/Pulumi.dev.yaml`.",
  },
  "KVM-103": {
    title: "The private hypervisor is not running",
    explanation:
      "With `hypervisor: private` the servers run on a libvirtd that `./lab up` starts and tells the program about. A plain `pulumi up` knows nothing of it.",
    fix: "Run `./lab up` or `./lab pulumi up`; or set `hypervisor: qemu:///system` to use a libvirt daemon of your own.",
  },
  "KVM-104": {
    title: "A file that the configuration names cannot be read",
    explanation: "The path does not exist, or this user may not read it.",
    fix: "Correct the path in the stack's file, or the file's permissions.",
  },
  "KVM-105": {
    title: "How a remote hypervisor accelerates is not known",
    explanation:
      "`acceleration: auto` tries KVM on this machine; another machine's KVM cannot be tried from here.",
    fix: "Set `acceleration: kvm` or `acceleration: tcg` in the stack's file.",
  },
  "KVM-108": {
    title: "A template and its variables do not fit",
    explanation: "Every variable of a template must be given, and every one given must be used.",
    fix: "This is an error of the project; please report it with the message.",
  },
} as const satisfies Record<string, CatalogEntry>;
