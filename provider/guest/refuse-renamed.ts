import { LabError } from "../../errors/lab-error";
import type { DomainOnHost } from "../host/domain-on-host";

/**
 * Refuses to take a guest for gone that is there under another name: made again, it would be a second one on the same disk.
 *
 * @param seen what the hosts have of its UUID
 * @throws LabError KVM-508
 */
export function refuseRenamed(name: string, seen: readonly DomainOnHost[]): void {
  for (const { host, domain } of seen) {
    if (domain === undefined || domain.name === name) continue;
    throw new LabError({
      code: "KVM-508",
      host,
      expected: `the guest of UUID ${domain.uuid} to be called ${name}`,
      found: `it is called ${domain.name} on ${host}, and is ${domain.state}`,
      mend: `give it its name back, when it is shut off: virsh domrename ${domain.name} ${name}; or let go of it: pulumi state delete`,
    });
  }
}
