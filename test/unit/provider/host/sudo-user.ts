import { readFileSync } from "node:fs";
import { type SshServer, startSshServer } from "./ssh-server";

/** A real sshd whose `john.doe` is no root, and a real sudo there with rules of this test alone. The machine's own users and rules stay as they are. */
export async function startSudoServer(rules: string): Promise<SshServer> {
  const passwd = `${readFileSync("/etc/passwd", "utf8").trimEnd()}\njohn.doe:*:47110:65534::/tmp:/bin/sh\n`;
  const server = await startSshServer([], { "/etc/passwd": passwd, "/etc/sudoers": rules });
  return { ...server, connection: { ...server.connection, name: "kvm1", user: "john.doe" } };
}
