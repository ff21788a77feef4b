import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { ProviderError } from "../../../../provider/errors/provider-error";
import { realClock } from "../../../../provider/host/clock";
import type { DomainOnHost } from "../../../../provider/host/domain-on-host";
import { HostPool } from "../../../../provider/host/host-pool";
import type { VirshAnswer } from "../../../../provider/host/virsh-session";
import { withOutgoingSlot } from "../../../../provider/migrate/outgoing";

const source = (address: string) => ({
  name: "source",
  address,
  port: 22,
  user: "root",
  privateKey: "k",
  hostKey: "h",
});

const uuid = "6695eb01-f6a4-8304-79aa-97f2502e193f";
const move = "Job type:         Unbounded   \nOperation:        Outgoing migration\n\n";

/** A host where so many moves go on at one count after the other. */
class Counted extends HostPool {
  asked = 0;
  constructor(readonly counts: readonly number[]) {
    super();
  }
  override async virsh(_host: unknown, commands: readonly string[]): Promise<VirshAnswer[]> {
    const answers = (out: readonly string[]) => out.map((one) => ({ out: one, err: "" }));
    if (commands[0] !== "list --uuid") return answers(commands.map(() => move));
    const moves = this.counts[Math.min(this.asked++, this.counts.length - 1)] ?? 0;
    return answers([`${uuid}\n`.repeat(moves)]);
  }
}

const seen = (...names: string[]): DomainOnHost => ({
  host: "source",
  list: names.map((name) => ({ name, state: "running" })),
  domains: [],
});

const context = (pool: HostPool, patienceMs = 1000) => ({
  pool,
  signal: new AbortController().signal,
  clock: realClock,
  status: () => {},
  patienceMs,
  pauseMs: 1,
});

test("of four moves out of one host two go on at once", async () => {
  const pool = new Counted([0]);
  let [running, most] = [0, 0];
  const act = async () => {
    most = Math.max(most, ++running);
    await sleep(5);
    running--;
  };
  const one = (name: string) => withOutgoingSlot(source("10.0.0.1"), seen(name), name, 2, context(pool), act);
  await Promise.all(["a", "b", "c", "d"].map(one));
  expect(most).toBe(2);
  // A host with nobody else on it is not asked.
  expect(pool.asked).toBe(0);
});

test("a guest that is given by its UUID is not taken for another one", async () => {
  const pool = new Counted([5]);
  const domain = { name: "a", uuid, state: "running", persistent: true };
  await withOutgoingSlot(
    source("10.0.0.9"),
    { ...seen("a"), domain },
    uuid,
    1,
    context(pool),
    async () => {},
  );
  expect(pool.asked).toBe(0);
});

test("others' moves are waited for, and it is said that there was a wait", async () => {
  const pool = new Counted([2, 2, 1]);
  const waited = await withOutgoingSlot(
    source("10.0.0.2"),
    seen("a", "b", "c"),
    "a",
    2,
    context(pool),
    async (it) => it,
  );
  expect(waited).toBe(true);
  expect(pool.asked).toBe(3);
});

test("but not for ever", async () => {
  const waiting = withOutgoingSlot(
    source("10.0.0.3"),
    seen("a", "b", "c"),
    "a",
    2,
    context(new Counted([2]), 5),
    async () => {},
  );
  await expect(waiting).rejects.toSatisfy(
    (error) => error instanceof ProviderError && error.facts.code === "KVM-615",
  );
});
