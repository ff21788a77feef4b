import { holds, rule } from "../rule";

/** A live move takes a guest that runs. */
export const guestRunning = rule("guest-running", "KVM-604", ({ guest, source, onSource }) => {
  const { state, reason } = onSource;
  if (state === "running" || state === "idle") return holds(`${guest} is ${state} on ${source.host}`);
  const words = state === "" ? `no ${guest}` : `${state}${reason ? ` (${reason})` : ""}`;
  return {
    host: source.host,
    expected: `${guest} to be running, to be moved live`,
    found: `${words} on ${source.host}`,
    mend: `on ${source.host}: virsh domstate ${guest} --reason says why; virsh resume ${guest} lets a paused one go on`,
  };
});
