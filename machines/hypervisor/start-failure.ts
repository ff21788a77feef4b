import { LabError } from "../../errors/lab-error";

const shownLines = 6;

/** Lines that libvirtd writes at every start on a machine without D-Bus, DMI or a desktop. */
const usual = [
  /: info : /,
  /virGDBusGetSystemBus|DBus not available/,
  /udevGetDMIData/,
  /dmidecode/,
  /virSecurityManagerNew/,
];

/** The end of the daemons' log without what is always in it. */
export function tellingLines(log: string): string {
  const lines = log
    .split("\n")
    .filter((line) => line.trim() !== "" && !usual.some((pattern) => pattern.test(line)));
  return lines.slice(-shownLines).join("; ");
}

/** Whether the system refused what the namespaces need; containers without privileges do. */
export function refusesNamespaces(log: string): boolean {
  return /^(unshare|mount|umount): .*(Operation not permitted|permission denied|No space left|Invalid argument)/im.test(
    log,
  );
}

/** Makes the error for a hypervisor that did not start, from how it ended and what the daemons wrote. */
export function startFailure(reason: string, log: string): LabError {
  const found = [reason, tellingLines(log)].filter((part) => part !== "").join(": ");
  if (refusesNamespaces(log)) {
    return new LabError({
      code: "KVM-310",
      expected:
        "a system that lets root make mount, network and PID namespaces, and mount /proc and /sys in them",
      found,
      fix: "in a container: start it with --privileged; in a virtual machine or on hardware: check sysctl user.max_net_namespaces",
    });
  }
  return new LabError({
    code: "KVM-314",
    expected: "the lab's own libvirtd to start and answer",
    found,
    fix: "apt-get install --reinstall libvirt-daemon libvirt-daemon-driver-qemu, then run the same command again",
  });
}
