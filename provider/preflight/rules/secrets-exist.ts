import { pass, ruleOnGuest, skipped } from "../rule";

/** libvirt on the target has the keys of the guest's encrypted TPM and firmware; those of disks are disk-secrets' matter. */
export const secretsExist = ruleOnGuest(
  "secrets-exist",
  "KVM-668",
  ({ references }, { guest, source, target }) => {
    const { secrets } = references;
    if (secrets.length === 0) return pass(`${guest} needs no secret`);
    const there = target.secrets;
    if (there === undefined) return skipped(`libvirt on ${target.host} lists no secrets`);
    const names = secrets.map((one) => ("uuid" in one ? one.uuid : one.usage));
    const missing = names.filter((name) => !there.has(name));
    const [first] = missing;
    if (first === undefined) return pass(names.join(", "));
    return {
      host: target.host,
      expected: `the keys of the TPM and firmware of ${guest} in libvirt on ${target.host}`,
      found: `no ${missing.join(", ")} in virsh secret-list`,
      fix: `on ${source.host}: virsh secret-dumpxml ${first} > secret.xml; on ${target.host}: virsh secret-define secret.xml; virsh secret-set-value ${first} --file FILE`,
    };
  },
);
