import { pass, rule, skipped } from "../rule";
import { leadsTo } from "./name-leads-there";

/**
 * libvirt on the target tells the source where to send the guest's memory: to the name that it has for its own host. That is
 * the classic trap ("Unable to resolve address"), because it need not be the name that the move was asked with.
 */
export const migrationName = rule("migration-name", "KVM-632", (facts) => {
  const { source, target, migrationNameResolvesTo: resolved } = facts;
  const name = target.migrationName;
  if (name === "" || target.addresses.length === 0)
    return skipped(`libvirt on ${target.host} tells no host name`);
  if (name === target.host) return pass(`${name}, the name that the move goes to (KVM-611, KVM-631)`);
  const loopback = name.startsWith("localhost");
  if (!loopback && leadsTo(resolved, target))
    return pass(`${name}, which is ${resolved[0]} on ${source.host}`);
  const where = resolved.length === 0 ? "cannot resolve" : `takes for ${resolved.join(", ")}`;
  return {
    host: target.host,
    expected: `libvirt on ${target.host} to have a name for its host by which ${source.host} finds it`,
    found: loopback ? `${name}, which every host takes for itself` : `${name}, which ${source.host} ${where}`,
    fix: `on ${target.host}: echo 'migration_host = "${target.host}"' >> /etc/libvirt/qemu.conf; systemctl restart libvirtd`,
  };
});
