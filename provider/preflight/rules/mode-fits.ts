import { versionText } from "../facts/version";
import { pass, rule } from "../rule";
import { isOlder } from "./version-compatible";

/**
/**
 * The mode of the move fits the guest's state. libvirt: "post-copy migration is not supported with non-live or paused migration";
 * an offline move takes a guest that is shut off. It fits the hosts, too: what an older QEMU cannot read of a guest shows when its devices come, which by
 * post-copy is after the switch, when the guest cannot go on where it was.
 */
export const modeFits = rule(
  "mode-fits",
  "KVM-616",
  ({ guest, source, target, onSource: { state }, mode }) => {
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
    const [here, there] = [source.hypervisorVersion, target.hypervisorVersion];
    if (postCopy && here && there && isOlder(there, here))
      return {
        host: target.host,
        expected: `a QEMU on ${target.host} that is no older than on ${source.host}, for a post-copy move`,
        found: `QEMU ${versionText(there)}, and ${versionText(here)} on ${source.host}`,
        fix: "set options.mode to live: a guest that the older QEMU cannot read stays on its host then",
      };
    return pass(`${mode}, and ${guest} is ${state} on ${source.host}`);
  },
);
