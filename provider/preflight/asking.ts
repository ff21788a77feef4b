import { ProviderError } from "../errors/provider-error";
import type { HostConnection } from "../host/host-connection";
import { sectionsOf } from "../host/sections";
import type { InspectionContext } from "./inspect-host";

/** A healthy host needs two seconds; an emulated one with a full processor a few more. */
export const inspectionTimeoutMs = 45_000;
/** A share that does not answer makes every access to it wait: that is found, and not waited for. */
export const storageTimeoutMs = 10_000;

/** The questions of one preflight, under one token. */
export class Asking {
  constructor(
    readonly token: string,
    readonly context: InspectionContext,
  ) {}

  async script(
    host: HostConnection,
    script: string,
    args: readonly string[],
    timeoutMs = inspectionTimeoutMs,
  ): Promise<ReadonlyMap<string, string>> {
    const { pool, signal } = this.context;
    return sectionsOf(
      this.token,
      await pool.shell(host, script, [this.token, ...args], { timeoutMs, signal }),
    );
  }

  /** Most guests have nothing that it is for. */
  async unlessNone(
    host: HostConnection,
    script: string,
    subjects: readonly string[],
    ...before: readonly string[]
  ): Promise<ReadonlyMap<string, string> | undefined> {
    return subjects.length === 0 ? undefined : this.script(host, script, [...before, ...subjects]);
  }

  /** Undefined where the host did not answer in time. */
  async unlessSilent(
    host: HostConnection,
    script: string,
    args: readonly string[],
  ): Promise<ReadonlyMap<string, string> | undefined> {
    try {
      return await this.script(host, script, args, storageTimeoutMs);
    } catch (error) {
      if (error instanceof ProviderError && error.facts.code === "KVM-405") return undefined;
      throw error;
    }
  }
}
