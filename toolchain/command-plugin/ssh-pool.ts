import { createHash } from "node:crypto";
import { dialVia } from "kvmlab-provider/host/dial-via";
import { dial } from "kvmlab-provider/host/ssh-dial";
import pLimit from "p-limit";
import type { Client } from "ssh2";
import { LabError } from "../../errors/lab-error";
import type { Connection } from "./connection";
import type { Step } from "./resource";

/** Below sshd's MaxSessions (10), so that a command can still be stopped from a session of its own. */
const sessionsAtOnce = 8;
/** Long enough to serve a whole deployment, short enough not to hold a host that is going away. */
const idleMs = 60_000;

interface Pooled {
  readonly client: Client;
  readonly slots: ReturnType<typeof pLimit>;
  users: number;
  closed: boolean;
  idle: NodeJS.Timeout | undefined;
}

export type SshWork<T> = (client: Client, started: () => void) => Promise<T>;

/** One connection per host and login for all resources: on an emulated host each key exchange costs a second or two. */
export class SshPool {
  readonly #dialling = new Map<string, Promise<Pooled>>();
  readonly #open = new Map<string, Pooled>();

  /**
   * Does the work over a pooled connection. When a connection of earlier work turns out to be dead before the host has
   * taken the work (before `started` was called), the host is dialled again once.
   */
  async use<T>(connection: Connection, step: Step, work: SshWork<T>): Promise<T> {
    const identity = identityOf(connection);
    const earlier = this.#open.get(identity);
    if (earlier !== undefined) {
      const attempt = await this.#attempt(earlier, work);
      if ("result" in attempt) return attempt.result;
      this.#forget(identity, earlier);
    }
    const fresh = await unlessAborted(this.#dial(identity, connection, step), step.signal);
    return this.#occupy(fresh, work);
  }

  /** Ends all connections. */
  close(): void {
    for (const pooled of this.#open.values()) pooled.client.end();
    this.#open.clear();
  }

  async #attempt<T>(
    pooled: Pooled,
    work: SshWork<T>,
  ): Promise<{ readonly result: T } | { readonly dead: true }> {
    let started = false;
    try {
      const result = await this.#occupy(pooled, (client, onStart) =>
        work(client, () => {
          started = true;
          onStart();
        }),
      );
      return { result };
    } catch (error) {
      const notTaken = error instanceof LabError && error.facts.code === "KVM-404" && !started;
      if (notTaken) return { dead: true };
      throw error;
    }
  }

  async #occupy<T>(pooled: Pooled, work: SshWork<T>): Promise<T> {
    pooled.users++;
    clearTimeout(pooled.idle);
    try {
      return await pooled.slots(() => work(pooled.client, () => {}));
    } finally {
      pooled.users--;
      if (pooled.users === 0) this.#rest(pooled);
    }
  }

  #rest(pooled: Pooled): void {
    if (pooled.closed) return void pooled.client.end();
    pooled.idle = setTimeout(() => pooled.client.end(), idleMs);
    pooled.idle.unref();
  }

  #dial(identity: string, connection: Connection, step: Step): Promise<Pooled> {
    const key = [identity, connection.attempts, connection.perDialTimeoutMs, step.timeoutMs].join(" ");
    const underWay = this.#dialling.get(key);
    if (underWay !== undefined) return underWay;
    const dialling = this.#connect(identity, connection, step).finally(() => this.#dialling.delete(key));
    this.#dialling.set(key, dialling);
    return dialling;
  }

  async #connect(identity: string, connection: Connection, step: Step): Promise<Pooled> {
    const client = await dialThrough(connection, step);
    const pooled: Pooled = {
      client,
      slots: pLimit(sessionsAtOnce),
      users: 0,
      closed: false,
      idle: undefined,
    };
    this.#open.set(identity, pooled);
    client.once("close", () => this.#forget(identity, pooled));
    return pooled;
  }

  #forget(identity: string, pooled: Pooled): void {
    pooled.closed = true;
    if (this.#open.get(identity) === pooled) this.#open.delete(identity);
    if (pooled.users === 0) pooled.client.end();
  }
}

async function dialThrough(connection: Connection, step: Step): Promise<Client> {
  const { endpoint, proxy } = connection;
  const limits = {
    ...(connection.attempts === undefined ? {} : { attempts: connection.attempts }),
    perDialTimeoutMs: connection.perDialTimeoutMs,
    totalMs: step.timeoutMs,
    // With few attempts the official provider's patience (about 11 s for ten refusals) must not be undercut.
    longestPauseMs: connection.attempts === undefined ? 1_000 : 2_000,
    onRetry: (attempt: number, error: Error) =>
      step.log.status(`dial ${attempt}/${connection.attempts ?? "inf"} failed: ${error.message}; retrying`),
  };
  if (proxy === undefined) return dial(endpoint, limits, step.signal);
  return dialVia(await dialThrough(proxy, step), endpoint, limits, step.signal);
}

/** The same host, login and way there. Hashed: keys must not lie about in memory as names of things. */
function identityOf({ endpoint, proxy }: Connection): string {
  const { address, port, user, privateKey, passphrase, password, agent, hostKey } = endpoint;
  const parts = [address, port, user, privateKey, passphrase, password, agent, hostKey];
  return createHash("sha256")
    .update(JSON.stringify([...parts, proxy === undefined ? undefined : identityOf(proxy)]))
    .digest("hex");
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
