import type { Proof } from "../sdk/migration";
import { autostartKept } from "./autostart-kept";
import { connectionKept } from "./connection-kept";
import { counterContinuous } from "./counter-continuous";
import { diskSequence } from "./disk-sequence";
import { filesystemClean } from "./filesystem-clean";
import { goneFromSource } from "./gone-from-source";
import { memoryKept } from "./memory-kept";
import { newName } from "./new-name";
import { oneCopy } from "./one-copy";
import { persistent } from "./persistent";
import type { Evidence } from "./proof";
import { sameBoot } from "./same-boot";
import { sameUuid } from "./same-uuid";
import { switchPort } from "./switch-port";

/** What must be true after a move, in the order in which it is shown. */
const checks = [
  oneCopy,
  sameUuid,
  goneFromSource,
  persistent,
  autostartKept,
  sameBoot,
  counterContinuous,
  memoryKept,
  diskSequence,
  filesystemClean,
  connectionKept,
  switchPort,
];

/** Evaluates a move on what was seen of it. */
export function proofsOf(evidence: Evidence): Proof[] {
  return [...checks.map((evaluate) => evaluate(evidence)), ...newName(evidence)];
}
