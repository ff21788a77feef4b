import { commandLineErrors } from "./catalog/command-line";
import { configErrors } from "./catalog/config";
import { elementErrors } from "./catalog/elements";
import { guestErrors } from "./catalog/guest";
import { hypervisorErrors } from "./catalog/hypervisor";
import { machinesErrors } from "./catalog/machines";
import { migrationErrors } from "./catalog/migration";
import { preflightErrors } from "./catalog/preflight";
import { savesErrors } from "./catalog/saves";
import { toolchainErrors } from "./catalog/toolchain";

/** Every error code of the lab, by area: 1xx config, 2xx toolchain, 3xx hypervisor, 4xx machines, 5xx guest, 6xx migration, 9xx command line. */
export const catalog = {
  ...configErrors,
  ...toolchainErrors,
  ...hypervisorErrors,
  ...machinesErrors,
  ...guestErrors,
  ...migrationErrors,
  ...preflightErrors,
  ...elementErrors,
  ...commandLineErrors,
  ...savesErrors,
};

export type ErrorCode = keyof typeof catalog;
