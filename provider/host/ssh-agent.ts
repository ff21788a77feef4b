import { type IdentityCallback, OpenSSHAgent, type ParsedKey } from "ssh2";

/** An agent that is local and does not answer in this time never will. */
const answerMs = 5_000;

/** An SSH agent that shows some of its keys only: each key that is offered in vain counts against sshd's MaxAuthTries. */
export class AgentWithKeys extends OpenSSHAgent {
  constructor(
    socket: string,
    readonly keys: readonly ParsedKey[],
  ) {
    super(socket);
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(null, [...this.keys]);
  }
}

/**
 * The keys that an agent offers. Certificates are left out: the SSH library cannot use them.
 *
 * Rejects when nothing answers at the socket.
 */
export function keysOfAgent(socket: string): Promise<readonly ParsedKey[]> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`no answer in ${answerMs / 1000} s`)), answerMs);
    new OpenSSHAgent(socket).getIdentities((error, keys) => {
      clearTimeout(limit);
      if (error) reject(error);
      else resolve((keys ?? []).filter((key): key is ParsedKey => "getPublicSSH" in key));
    });
  });
}
