export { findHypervisor, listHypervisors } from "./find-hypervisor";
export {
  type BootableImage,
  type Endpoint,
  type Hypervisor,
  parseHypervisor,
} from "./hypervisor";
export { type ExecOptions, type ExecResult, hypervisorCommand, inHypervisor } from "./hypervisor-exec";
export { hypervisorFolders } from "./hypervisor-folders";
export type { ServerAddresses } from "./routes";
export { hypervisorPackages, startHypervisor } from "./start-hypervisor";
export { stopHypervisor } from "./stop-hypervisor";
export { keepOnlyMemories, saveFolder, type WarmMachines } from "./warm-machines";
