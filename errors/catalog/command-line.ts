import type { CatalogEntry } from "../catalog-entry";

/** Codes KVM-9xx: see docs/reference/errors.md, generated from here. */
export const commandLineErrors = {} as const satisfies Record<string, CatalogEntry>;
