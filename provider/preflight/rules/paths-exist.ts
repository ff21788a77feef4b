import { asWord } from "../../host/shell-quote";
import { pass, ruleOnGuest, skipped } from "../rule";

/** What the guest's definition names by path, beside disks and kernel, is on the target: emulator, sockets, logs, device nodes, folders. */
export const pathsExist = ruleOnGuest("paths-exist", "KVM-666", ({ paths }, { guest, target, storage }) => {
  if (storage.target.tokens === undefined)
    return skipped(`the storage of ${target.host} did not answer (KVM-621)`);
  const missing = paths.filter(({ path }) => !storage.target.files.get(path)?.includes("e"));
  const [first] = missing;
  if (first === undefined) return pass(paths.map(({ path }) => path).join(", ") || "no path");
  return {
    host: target.host,
    expected: `what the definition of ${guest} names by path, on ${target.host} too`,
    found: missing.map(({ what, path }) => `no ${path} (${what})`).join("; "),
    fix: first.what.startsWith("folder of ")
      ? `on ${target.host}: mkdir -p ${missing
          .filter(({ what }) => what.startsWith("folder of "))
          .map(({ path }) => path)
          .join(" ")}`
      : `on ${target.host}: ls -l ${first.path}; install the package that ${guest}'s host has it from (dpkg -S ${first.path}), start the program that makes it, or take it out: virsh edit ${asWord(guest)}`,
  };
});
