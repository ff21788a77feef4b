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
 * Waits for a guest that was started from a memory which others may have too, and tells it who it is from now on. False
 * when it does not answer, or does not take its new name: then nothing is known of what runs there.
 */
export async function comesToItself(guest: Awaited, on: HostConnection, context: Context): Promise<boolean> {
  const { observer, probe } = guest;
  if (!observer || !probe) return true;
  const { signal } = context;
  try {
    await waitForProbe({ ...guest, readyTimeoutSeconds: patienceSeconds }, on, context);
    const { connection } = await ProbeConnection.open(context.pool, observer, probe, {
      timeoutMs: answerMs,
      signal,
    });
    try {
      const id = randomUUID();
      const status = await connection.resumed(id, answerMs);
      return status.resumed && status.bootId === id;
    } finally {
      connection.close();
    }
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
