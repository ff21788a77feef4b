import { lackOfDriver } from "../facts/network-disks";
import { pass, ruleOnGuest } from "../rule";

/** The target's QEMU can do what the source's does: it has the drivers of disks that lie behind the network, which distributions have in packages of their own. */
export const diskDrivers = ruleOnGuest("disk-drivers", "KVM-480", ({ disks, emulator }, facts) => {
  const { network } = facts.storage.target;
  const protocols = [...new Set(disks.flatMap((disk) => disk.network.map(({ protocol }) => protocol)))];
  const missing = protocols.flatMap((protocol) => {
    const said = lackOfDriver(network, protocol);
    return said ? [{ protocol, said }] : [];
  });
  if (missing.length === 0) {
    const told = protocols.map(
      (protocol) => `${protocol}: ${lackOfDriver(network, protocol) === "" ? "there" : "not told"}`,
    );
    return pass(told.length === 0 ? "no disk behind the network" : `${emulator}: ${told.join(", ")}`);
  }
  const { host } = facts.target;
  const names = missing.map(({ protocol }) => protocol).join(", ");
  return {
    host,
    expected: `QEMU on ${host} to open disks by ${names}`,
    found: `${emulator}: ${missing.map(({ said }) => said).join("; ")}`,
    fix: `on ${host}: apt-get install qemu-block-extra (Fedora and RHEL: dnf install ${missing.map(({ protocol }) => `qemu-kvm-block-${packaged(protocol)}`).join(" ")})`,
  };
});

/** One library does all that has a URL. */
function packaged(protocol: string): string {
  return /^(https?|ftps?)$/.test(protocol) ? "curl" : protocol;
}
