import { asWord, shellCommand } from "../../host/shell-quote";
import { folderOf } from "../facts/guest-disk";
import { sameContent } from "../facts/storage-facts";
import { pass, ruleOnGuest } from "../rule";

/**
 * What a guest that is shut off keeps in files of its host's goes along: the firmware's variables, and the state of an emulated TPM. With the memory of a guest
 * that runs, libvirt sends both; an offline move takes the definition alone, and the source's own goes with it.
 */
export const offlineStateKept = ruleOnGuest(
  "offline-state-kept",
  "KVM-673",
  ({ references: { stateFiles } }, { guest, mode, source, target, storage }) => {
    if (mode !== "offline") return pass("a guest that is not shut off is sent with all of its state");
    const files = stateFiles.filter((file) => storage.source.contents.has(file));
    const lost = files.filter((file) => !sameContent(file, storage));
    if (lost.length === 0) return pass(files.join(", ") || `${guest} has no state in files`);
    return {
      host: target.host,
      expected: `the same ${lost.join(" and ")} on ${target.host} as on ${source.host}, because an offline move of ${guest} takes its definition alone`,
      found: lost.map((file) => `${storage.target.contents.has(file) ? "another" : "no"} ${file}`).join("; "),
      fix: `on ${source.host}: ${lost.map((file) => copyOf(file, target.host)).join("; ")}; or start ${guest}, and move it live`,
    };
  },
);

function copyOf(file: string, target: string): string {
  const folder = shellCommand(["mkdir", "-p", folderOf(file)]);
  return `ssh ${target} ${asWord(folder)} && ${shellCommand(["scp", "-p", file, `${target}:${file}`])}`;
}
