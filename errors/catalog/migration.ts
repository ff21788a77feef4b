import type { CatalogEntry } from "../catalog-entry";

/** Codes KVM-6xx: see docs/reference/errors.md, generated from here. */
export const migrationErrors = {} as const satisfies Record<string, CatalogEntry>;
