import { randomBytes } from "node:crypto";
import type { HostConnection } from "../host/host-connection";
import { connectionBroke } from "../host/inspect-domain";
import { sectionsOf } from "../host/sections";
import type { InspectionContext } from "./inspect-host";
import { sshStaysSeconds, trySsh } from "./inspection-scripts";

/** An emulated host with a full processor needs some seconds. */
const tryTimeoutMs = 45_000;
/** So much of the connection's life is left for libvirt to find it. */
const leftMs = 5_000;

type Answer = ReadonlyMap<string, string>;

/** One host's SSH to another, tried as libvirt will go there. */
export class SshTry {
  readonly #begunAtMs = performance.now();

  private constructor(
    readonly from: string,
    readonly to: string,
    readonly answer: Promise<Answer>,
  ) {}

  /**
   * Begins it. A key exchange takes as long as all the rest that is looked at before a move, most of it spent waiting for the
   * other side: so it may begin before it is known that it is this way that matters.
   *
   * @param byLibvirtd whether libvirtd will go there, which is root, and not the user who logs in
   *
   * `answer` rejects with ProviderError KVM-401 to KVM-407 when the source cannot be reached
   */
  static begin(
    source: HostConnection,
    target: string,
    { pool, signal }: InspectionContext,
    byLibvirtd: boolean,
  ): SshTry {
    const token = randomBytes(6).toString("hex");
    const options = { timeoutMs: tryTimeoutMs, signal };
    const answer = pool
      .script(source, trySsh, [token, target, byLibvirtd ? "root" : ""], options)
      .then(({ stdout }) => sectionsOf(token, stdout));
    // Whoever needs it hears of it all the same.
    answer.catch(() => {});
    return new SshTry(source.name, target, answer);
  }

  /** Whether it tells of this way, and of now. */
  isOf(from: string, to: string): boolean {
    const fresh = performance.now() - this.#begunAtMs < sshStaysSeconds * 1000 - leftMs;
    return this.from === from && this.to === to && fresh;
  }

  /** Its answer, or another one where it was begun over a connection to the source that had broken, as whoever looked has found out since. */
  answerOr(again: () => Promise<Answer>): Promise<Answer> {
    return this.answer.catch((error: unknown) => {
      if (connectionBroke(error)) return again();
      throw error;
    });
  }
}
