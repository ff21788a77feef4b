import { asWord } from "../../host/shell-quote";
import { pass, ruleOnGuest } from "../rule";

/**
 * The target's QEMU has the guest's machine type: the hardware that the guest was started with, whose versions each release adds to and never changes.
 * Without it nothing can receive the guest ("Backwards compatibility" in QEMU's documentation of migration, case 4): there is nothing to waive.
 */
export const machineTypeKnown = ruleOnGuest(
  "machine-type-known",
  "KVM-648",
  ({ machine, arch }, { guest, source, target }) => {
    const types = target.guestTypes.filter((type) => type.arch === arch);
    if (types.length === 0 || types.some(({ machines }) => machines.has(machine)))
      return pass(`${machine} on ${target.host}`);
    const series = machine.replace(/-?\d+(\.\d+)*$/, "");
    const known = new Set(types.flatMap(({ machines }) => [...machines]));
    const alike = [...known]
      .filter((name) => name.startsWith(`${series}-`) && /\d$/.test(name))
      .sort(byVersion);
    const newest = alike.at(-1);
    return {
      host: target.host,
      expected: `machine type ${machine}, as ${guest} has it on ${source.host}`,
      found: newest === undefined ? `no ${series} machine type` : `${newest} is the newest of its kind there`,
      fix: `choose a target whose QEMU is no older than that of ${source.host}; or shut ${guest} off, virsh edit ${asWord(guest)} on ${source.host}, machine='${newest ?? "…"}', which both hosts must know, and start it again`,
    };
  },
);

const byVersion = new Intl.Collator("en", { numeric: true }).compare;
