import { randomUUID } from "node:crypto";
import type { HostConnection } from "../host/host-connection";
import { ProbeConnection } from "../host/probe";
import type { Operation } from "../resources/resource";
import { type Awaited, waitForProbe } from "./wait-for-probe";

type Context = Pick<Operation, "pool" | "signal" | "log">;

/** A guest that goes on where it was answers in seconds, an emulated one included; one that booted would take a minute. */
const patienceSeconds = 45;
const answerMs = 10_000;

/**
 * Tells a guest that was started from a memory which others may have too who it is from now on. One that does not answer,
 * or does not take its new name, is left to whoever waits for its answer next.
 */
export async function assignIdentity(guest: Awaited, on: HostConnection, context: Context): Promise<void> {
  const { observer, probe } = guest;
  if (!observer || !probe) return;
  const { signal } = context;
  try {
    await waitForProbe({ ...guest, readyTimeoutSeconds: patienceSeconds }, on, context);
    const { connection } = await ProbeConnection.open(context.pool, observer, probe, {
      timeoutMs: answerMs,
      signal,
    });
    try {
      await connection.resumed(randomUUID(), answerMs);
    } finally {
      connection.close();
    }
  } catch {
    signal.throwIfAborted();
  }
}
