import { compareVersions, versionText } from "../facts/version";
import { pass, ruleOnGuest } from "../rule";

/** The first QEMU whose emulation loses no mark of a page that was written. */
const fixed = [9, 0];
/** 64 pages: the marks are cleared that many at a time. */
const stepKiB = 256;

/** No write of an emulated guest is lost on the way: QEMU before 9.0 loses some where the size of the memory is a multiple of 256 KiB. */
export const memoryWritesKept = ruleOnGuest(
  "memory-writes-kept",
  "KVM-640",
  (definition, { guest, source, mode }) => {
    const { type, ramKiB } = definition;
    if (mode === "paused" || mode === "offline") return pass("a guest that stands still writes nothing");
    const version = source.hypervisorVersion;
    if (type !== "qemu") return pass("the processor itself marks what is written");
    if (version !== undefined && compareVersions(version, fixed) >= 0)
      return pass(`QEMU ${versionText(version)} marks what an emulated guest writes`);
    if (ramKiB % stepKiB !== 0) return pass(`memory of an odd size, ${ramKiB} KiB`);
    return {
      host: source.host,
      expected: `QEMU 9.0 or newer for an emulated guest, or memory whose size is no multiple of ${stepKiB} KiB`,
      found: `QEMU ${version ? versionText(version) : "of unknown version"}, and ${ramKiB} KiB: writes of ${guest} during the move may be lost`,
      fix: `give it ${ramKiB + 8} KiB by QEMU's own arguments, -m ${ramKiB + 8}k with a memory-backend-ram of that size, or upgrade QEMU`,
    };
  },
);
