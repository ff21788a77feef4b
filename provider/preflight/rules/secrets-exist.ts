import { pass, ruleOnGuest, skipped } from "../rule";

/** libvirt on the target has the keys of the guest's encrypted disks and TPM. */
export const secretsExist = ruleOnGuest(
  "secrets-exist",
  "KVM-668",
  ({ references }, { guest, source, target }) => {
    const { secrets } = references;
    if (secrets.length === 0) return pass(`${guest} needs no secret`);
    const there = target.secrets;
    if (there === undefined) return skipped(`libvirt on ${target.host} lists no secrets`);
    const missing = secrets.filter(
      ({ uuid, usage }) => !there.some((one) => one.uuid === uuid || one.usage === usage),
    );
    const names = (list: typeof secrets) => list.map(({ uuid, usage }) => uuid ?? usage ?? "?").join(", ");
    const [first] = missing;
    if (first === undefined) return pass(names(secrets));
    return {
      host: target.host,
      expected: `the secrets of ${guest} in libvirt on ${target.host}`,
      found: `no ${names(missing)} in virsh secret-list`,
      fix: `on ${source.host}: virsh secret-dumpxml ${names([first])} > secret.xml; on ${target.host}: virsh secret-define secret.xml; virsh secret-set-value ${names([first])} --file FILE`,
    };
  },
);
