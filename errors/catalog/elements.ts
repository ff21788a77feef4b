import type { CatalogEntry } from "../catalog-entry";

/** Codes from KVM-660 on, the rules about single elements of a guest's definition: see docs/reference/domain-elements.md. */
export const elementErrors = {
  "KVM-660": {
    title: "The guest has an element that no rule knows",
    explanation:
      "The element table (docs/reference/domain-elements.md) says of every element of libvirt's domain format who judges it, or why it cannot matter to a move. This one it does not have: it is newer than the table. Both the live definition and the one for the next start are read. May be waived.",
    fix: "`virsh dumpxml NAME` shows the element, libvirt's documentation (formatdomain) what it means. Where it refers to nothing outside of the guest, waive the code.",
  },
} as const satisfies Record<string, CatalogEntry>;
