import type { Rule } from "./rule";
import { addressesAvailable } from "./rules/addresses-available";
import { blockJobsAbsent } from "./rules/block-jobs-absent";
import { cacheMode } from "./rules/cache-mode";
import { checkpointsAbsent } from "./rules/checkpoints-absent";
import { clockSkew } from "./rules/clock-skew";
import { cpuCompatible } from "./rules/cpu-compatible";
import { cpuVendor } from "./rules/cpu-vendor";
import { diskDrivers } from "./rules/disk-drivers";
import { diskSecrets } from "./rules/disk-secrets";
import { diskServers } from "./rules/disk-servers";
import { disksExclusive } from "./rules/disks-exclusive";
import { elementsKnown } from "./rules/elements-known";
import { filesVisible } from "./rules/files-visible";
import { filtersExist } from "./rules/filters-exist";
import { guestRunning } from "./rules/guest-running";
import { hostUuidDiffers } from "./rules/host-uuid-differs";
import { hypervisorAlike } from "./rules/hypervisor-alike";
import { machineTypeKnown } from "./rules/machine-type-known";
import { memoryFree } from "./rules/memory-free";
import { memoryWritesKept } from "./rules/memory-writes-kept";
import { migrationName } from "./rules/migration-name";
import { migrationNotBlocked } from "./rules/migration-not-blocked";
import { modeFits } from "./rules/mode-fits";
import { movableDevices } from "./rules/movable-devices";
import { nameFree } from "./rules/name-free";
import { nameLeadsThere } from "./rules/name-leads-there";
import { nameResolves } from "./rules/name-resolves";
import { networksExist } from "./rules/networks-exist";
import { noJob } from "./rules/no-job";
import { nxMatch } from "./rules/nx-match";
import { offlineStateKept } from "./rules/offline-state-kept";
import { pathsExist } from "./rules/paths-exist";
import { pinsExist } from "./rules/pins-exist";
import { portsOpen } from "./rules/ports-open";
import { roomToWrite } from "./rules/room-to-write";
import { secretsExist } from "./rules/secrets-exist";
import { securityModelsExist } from "./rules/security-models-exist";
import { sharedStorage } from "./rules/shared-storage";
import { snapshotsAbsent } from "./rules/snapshots-absent";
import { sshNoninteractive } from "./rules/ssh-noninteractive";
import { swtpmExists } from "./rules/swtpm-exists";
import { uuidFree } from "./rules/uuid-free";
import { versionCompatible } from "./rules/version-compatible";
import { volumeQuorum } from "./rules/volume-quorum";
import { wordSize } from "./rules/word-size";

/** What must be so before a move, in the order in which it is reported: seven rules of every migration, then what practice adds. */
export const rules: readonly Rule[] = [
  // 1: shared storage
  sharedStorage,
  volumeQuorum,
  cacheMode,
  filesVisible,
  disksExclusive,
  diskDrivers,
  diskServers,
  diskSecrets,
  // 2: the same CPU type
  cpuVendor,
  cpuCompatible,
  // 3: word size
  wordSize,
  // 4: NX
  nxMatch,
  // 5: name and UUID are free
  nameFree,
  uuidFree,
  // 6: the same virtualization software
  hypervisorAlike,
  versionCompatible,
  machineTypeKnown,
  // 7: each host resolves the other's name
  nameResolves,
  nameLeadsThere,
  migrationName,
  // What practice adds
  memoryFree,
  portsOpen,
  sshNoninteractive,
  clockSkew,
  networksExist,
  movableDevices,
  guestRunning,
  modeFits,
  noJob,
  roomToWrite,
  memoryWritesKept,
  // What the element table adds
  elementsKnown,
  migrationNotBlocked,
  snapshotsAbsent,
  checkpointsAbsent,
  blockJobsAbsent,
  hostUuidDiffers,
  pathsExist,
  addressesAvailable,
  secretsExist,
  filtersExist,
  pinsExist,
  securityModelsExist,
  swtpmExists,
  offlineStateKept,
];
