import { holds, rule, unseen } from "../rule";

/**
 * A guest moves as it is: one that runs, or one that stands still where nothing has to run before its memory is there. One
 * that is shut off moves offline (KVM-616).
 */
export const guestRunning = rule("guest-running", "KVM-604", ({ guest, source, onSource, mode }) => {
  const { state, reason } = onSource;
  if (mode === "offline") return unseen("an offline move takes the definition");
  if (["running", "idle", "paused"].includes(state)) return holds(`${guest} is ${state} on ${source.host}`);
  const words = state === "" ? `no ${guest}` : `${state}${reason ? ` (${reason})` : ""}`;
  return {
    host: source.host,
    expected: `${guest} to be running, to be moved live`,
    found: `${words} on ${source.host}`,
    mend: `on ${source.host}: virsh domstate ${guest} --reason says why; virsh resume ${guest} lets a paused one go on`,
  };
});
