import { existsSync } from "node:fs";
import { join } from "node:path";

/** Says before the unit tests what some of them will miss, where vitest is run by itself on a machine that is not set up. */
export function setup(): void {
  const sdk = join(__dirname, "../../sdks/libvirt");
  const missing = [
    ...(existsSync(sdk) ? [] : ["@pulumi/libvirt, which is generated (test/unit/components)"]),
    ...(existsSync("/usr/sbin/sshd") ? [] : ["Debian's openssh-server (whatever runs commands by SSH)"]),
    ...(existsSync("/usr/bin/sudo") ? [] : ["Debian's sudo (test/unit/provider/host/sudo)"]),
    ...(existsSync("/usr/share/libvirt/schemas")
      ? []
      : ["Debian's libvirt0, for its schemas (test/unit/provider/preflight/elements)"]),
  ];
  if (missing.length > 0)
    console.error(
      `Not on this machine, and so tests will fail: ${missing.join("; ")}. npm run test:unit sets it up.`,
    );
}
