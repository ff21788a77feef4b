import { asWord } from "../../host/shell-quote";
import { pass, rule, skipped } from "../rule";

/** libvirt's reason for a guest that QEMU stopped because its disk could not be written. */
const diskFailed = "I/O error";

/**
 * A guest moves as it is: one that runs, or one that stands still where nothing has to run before its memory is there. One
 * that is shut off moves offline (KVM-616).
 */
export const guestRunning = rule("guest-running", "KVM-604", ({ guest, source, onSource, mode }) => {
  const { state, reason } = onSource;
  if (mode === "offline") return skipped("an offline move takes the definition");
  if (state === "paused" && reason === diskFailed) {
    return {
      host: source.host,
      expected: `${guest} to be running, or suspended by somebody, to be moved`,
      found: `${guest} was stopped by an I/O error of its disk on ${source.host}, and would stand still on the target too`,
      fix: `on ${source.host}: virsh domblkerror ${asWord(guest)} says which disk, and whether it found no space: then make room where the disk lies (df -h); virsh resume ${asWord(guest)} writes again what could not be written`,
    };
  }
  if (["running", "idle", "paused"].includes(state)) return pass(`${guest} is ${state} on ${source.host}`);
  const words = state === "" ? `no ${guest}` : `${state}${reason ? ` (${reason})` : ""}`;
  return {
    host: source.host,
    expected: `${guest} to be running, to be moved live`,
    found: `${words} on ${source.host}`,
    fix: `on ${source.host}: virsh domstate ${asWord(guest)} --reason says why; virsh resume ${asWord(guest)} lets a paused one go on`,
  };
});
