import type { Rule } from "./rule";
import { cacheMode } from "./rules/cache-mode";
import { clockSkew } from "./rules/clock-skew";
import { cpuCompatible } from "./rules/cpu-compatible";
import { cpuVendor } from "./rules/cpu-vendor";
import { elementsKnown } from "./rules/elements-known";
import { filesVisible } from "./rules/files-visible";
import { guestRunning } from "./rules/guest-running";
import { hypervisorAlike } from "./rules/hypervisor-alike";
import { memoryFree } from "./rules/memory-free";
import { memoryWritesKept } from "./rules/memory-writes-kept";
import { migrationName } from "./rules/migration-name";
import { movableDevices } from "./rules/movable-devices";
import { nameFree } from "./rules/name-free";
import { nameLeadsThere } from "./rules/name-leads-there";
import { nameResolves } from "./rules/name-resolves";
import { networksExist } from "./rules/networks-exist";
import { noJob } from "./rules/no-job";
import { nxMatch } from "./rules/nx-match";
import { portsOpen } from "./rules/ports-open";
import { roomToWrite } from "./rules/room-to-write";
import { sharedStorage } from "./rules/shared-storage";
import { sshNoninteractive } from "./rules/ssh-noninteractive";
import { uuidFree } from "./rules/uuid-free";
import { versionCompatible } from "./rules/version-compatible";
import { wayFits } from "./rules/way-fits";
import { wordSize } from "./rules/word-size";

/** What must be so before a move, in the order in which it is reported: the course's seven rules, then what practice adds. */
export const rules: readonly Rule[] = [
  // 1: shared storage
  sharedStorage,
  cacheMode,
  filesVisible,
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
  wayFits,
  noJob,
  roomToWrite,
  memoryWritesKept,
  // What the element table adds
  elementsKnown,
];
