import type { CatalogEntry } from "../catalog-entry";

/** Codes KVM-4xx: see docs/reference/errors.md, generated from here. */
export const machinesErrors = {} as const satisfies Record<string, CatalogEntry>;
