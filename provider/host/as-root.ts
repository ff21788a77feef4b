import type { Client } from "ssh2";
import { ProviderError } from "../errors/provider-error";
import { run } from "./remote-shell";
import { rootCommand } from "./root-command";
import { hostOf } from "./ssh-dial";

/** sudo may ask a name server for the host's own name. */
const answerMs = 8_000;

/**
 * Sees that the user of a connection may do all as root without being asked for a password.
 *
 * @throws ProviderError KVM-414; and as `run` does
 */
export async function requireRoot(client: Client, user: string): Promise<void> {
  const { stdout, stderr, exitCode } = await run(client, `LC_ALL=C; export LC_ALL; ${rootCommand("id -u")}`, {
    timeoutMs: answerMs,
  });
  if (exitCode === 0 && stdout.trim() === "0") return;
  const host = hostOf(client);
  throw new ProviderError({
    code: "KVM-414",
    host,
    expected: `${user} to get root's rights by "sudo -n", which asks for no password`,
    found: stderr.trim().split("\n").at(-1) || `exit code ${exitCode}, user ID ${stdout.trim() || "unknown"}`,
    fix: `on ${host}: echo '${user} ALL=(root) NOPASSWD: ALL' > /etc/sudoers.d/${user.replaceAll(".", "_")}, with sudo installed and no requiretty in its Defaults; or log in as root, without the setting sudo`,
  });
}
