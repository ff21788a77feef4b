import type { CatalogEntry } from "../catalog-entry";

/** Codes KVM-3xx: see docs/reference/errors.md, generated from here. */
export const hypervisorErrors = {} as const satisfies Record<string, CatalogEntry>;
