import { pass, rule, skipped } from "../rule";

/** The hosts have different UUIDs: libvirt takes two of one UUID for the same host, and refuses a move to itself. */
export const hostUuidDiffers = rule("host-uuid-differs", "KVM-665", ({ source, target }) => {
  if (source.uuid === "" || target.uuid === "") return skipped("libvirt tells no UUID of a host");
  if (source.uuid !== target.uuid) return pass(`${source.uuid} and ${target.uuid}`);
  return {
    host: `${source.host}, ${target.host}`,
    expected: `a UUID of its own for each host (virsh capabilities)`,
    found: `${source.uuid} on both: libvirt says "Attempt to migrate guest to the same host"`,
    fix: `on ${target.host}: sed -i '/^host_uuid/d' /etc/libvirt/libvirtd.conf; echo "host_uuid = \\"$(cat /proc/sys/kernel/random/uuid)\\"" >> /etc/libvirt/libvirtd.conf; systemctl restart libvirtd (with modular daemons: virtqemud.conf, virtqemud)`,
  };
});
