import { setTimeout as sleep } from "node:timers/promises";
import { ProviderError } from "../errors/provider-error";
import { isActive } from "../host/domain-on-host";
import type { HostConnection } from "../host/host-connection";
import { inspectDomain } from "../host/inspect-domain";
import { isLastingRefusal } from "../host/lasting-refusal";
import { ProbeConnection, type ProbeEndpoint } from "../host/probe";
import { asWord } from "../host/shell-quote";
import type { Operation } from "../resources/resource";
import { lastOutput } from "./last-output";

export interface Awaited {
  readonly name: string;
  /** By it virsh is asked, where it is known. */
  readonly uuid?: string | undefined;
  readonly observer?: HostConnection | undefined;
  readonly probe?: ProbeEndpoint | undefined;
  readonly readyTimeoutSeconds: number;
}

type Context = Pick<Operation, "pool" | "signal" | "log">;

/** An address that nobody has yet is asked for once a second by the observer's kernel: a longer try finds it no sooner. */
const tryMs = 2_000;
const pauseMs = 250;
/** A guest that ended while it booted will never answer; looking costs the host a second. */
const inspectEveryMs = 15_000;

/**
 * Waits for a guest's first answer, where there is a way to ask it.
 *
 * @throws ProviderError KVM-502 no answer in time, KVM-504 the guest ended meanwhile; KVM-402 to KVM-414 what keeps the observer from ever being asked
 */
export async function waitForProbe(guest: Awaited, on: HostConnection, context: Context): Promise<void> {
  const { observer, probe } = guest;
  if (!observer || !probe) return;
  const started = performance.now();
  const elapsedMs = () => performance.now() - started;
  let [last, told, looked]: [unknown, number, number] = [undefined, -1, 0];
  while (elapsedMs() < guest.readyTimeoutSeconds * 1000) {
    context.signal.throwIfAborted();
    const second = Math.floor(elapsedMs() / 1000);
    if (second !== told)
      context.log.status(`waiting for ${guest.name} to answer on ${probe.address}: ${second} s`);
    told = second;
    try {
      const options = { timeoutMs: tryMs, signal: context.signal };
      await ProbeConnection.greeting(context.pool, observer, probe, options);
      return;
    } catch (error) {
      if (isLastingRefusal(error)) throw error;
      last = error;
    }
    if (elapsedMs() - looked > inspectEveryMs) {
      await seeThatItRuns(guest, on, context);
      looked = elapsedMs();
    }
    await sleep(pauseMs);
  }
  const words = await lastOutput(guest, on, context);
  throw new ProviderError({
    code: "KVM-502",
    host: on.name,
    expected: `${guest.name} to answer ${observer.name} on ${probe.address} port ${probe.port} within ${guest.readyTimeoutSeconds} s`,
    found: [last instanceof ProviderError ? last.facts.found : "no answer", ...words].join("; "),
    fix: `look at its console on ${on.name}: virsh console ${asWord(guest.name)}; a slow machine may need a higher readyTimeoutSeconds`,
  });
}

async function seeThatItRuns(awaited: Awaited, on: HostConnection, context: Context): Promise<void> {
  const { name: guest, uuid } = awaited;
  const { domain } = await inspectDomain(context.pool, on, uuid ?? guest, context);
  if (isActive(domain?.state)) return;
  const words = await lastOutput(awaited, on, context);
  throw new ProviderError({
    code: "KVM-504",
    host: on.name,
    expected: `${guest} to run until it answers`,
    found: [`it is ${domain?.state ?? "gone"}`, ...words].join("; "),
    fix: `on ${on.name}: tail ${asWord(`/var/log/libvirt/qemu/${guest}.log`)}; virsh start ${asWord(guest)} --console shows it boot`,
  });
}
