import type { CatalogEntry } from "../catalog-entry";

/** Codes KVM-1xx: see docs/reference/errors.md, generated from here. */
export const configErrors = {} as const satisfies Record<string, CatalogEntry>;
