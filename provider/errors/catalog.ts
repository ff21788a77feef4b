import { elementErrors } from "./catalog/elements";
import { guestErrors } from "./catalog/guest";
import { hostErrors } from "./catalog/host";
import { migrationErrors } from "./catalog/migration";
import { preflightErrors } from "./catalog/preflight";

/** Every error code of the provider, by area: 40x hosts, 5xx guest, 6xx migration. Those who use it have codes of their own. */
export const catalog = {
  ...hostErrors,
  ...guestErrors,
  ...migrationErrors,
  ...preflightErrors,
  ...elementErrors,
};

export type ErrorCode = keyof typeof catalog;
