import { pass, rule } from "../rule";

/**
 * The mode of the move fits the guest's state. libvirt: "post-copy migration is not supported with non-live or paused migration";
 * an offline move takes a guest that is shut off.
 */
export const modeFits = rule("mode-fits", "KVM-616", ({ guest, source, onSource: { state }, mode }) => {
  const wrong = (expected: string) => ({
    host: source.host,
    expected,
    found: `${state || `no ${guest}`} on ${source.host}`,
    fix: "set options.mode to what fits: live for one that runs or stands still, offline for one that is shut off",
  });
  if (mode === "offline" && state !== "shut off")
    return wrong(`${guest} to be shut off, to be moved offline`);
  const postCopy = mode === "postCopy" || mode === "hybrid";
  if (postCopy && state === "paused") return wrong(`${guest} to be running, for a post-copy move`);
  return pass(`${mode}, and ${guest} is ${state} on ${source.host}`);
});
