import type { CatalogEntry } from "../catalog-entry";

/** Codes KVM-2xx: see docs/reference/errors.md, generated from here. */
export const toolchainErrors = {} as const satisfies Record<string, CatalogEntry>;
