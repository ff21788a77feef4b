import { catalog as providerCatalog } from "kvmlab-provider/errors/catalog";
import { classErrors } from "./catalog/class";
import { commandLineErrors } from "./catalog/command-line";
import { configErrors } from "./catalog/config";
import { courseErrors } from "./catalog/course";
import { hypervisorErrors } from "./catalog/hypervisor";
import { machinesErrors } from "./catalog/machines";
import { savesErrors } from "./catalog/saves";
import { toolchainErrors } from "./catalog/toolchain";

/** Every error code of the lab, by area: 1xx config, 2xx toolchain, 3xx hypervisor, 4xx machines, 5xx guest, 6xx migration, 9xx command line. */
export const catalog = {
  ...providerCatalog,
  ...configErrors,
  ...toolchainErrors,
  ...hypervisorErrors,
  ...machinesErrors,
  ...commandLineErrors,
  ...savesErrors,
  ...courseErrors,
  ...classErrors,
};

export type ErrorCode = keyof typeof catalog;
