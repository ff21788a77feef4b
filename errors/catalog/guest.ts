import type { CatalogEntry } from "../catalog-entry";

/** Codes KVM-5xx: see docs/reference/errors.md, generated from here. */
export const guestErrors = {} as const satisfies Record<string, CatalogEntry>;
