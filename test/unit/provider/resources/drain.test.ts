import { afterEach, describe, expect, test, vi } from "vitest";
import { ProviderError } from "../../../../provider/errors/provider-error";
import { drain } from "../../../../provider/resources/drain";
import { type DrainInputs, drainInputs } from "../../../../provider/resources/inputs";
import { PartialFailure } from "../../../../provider/resources/resource";
import { guest, SimulatedHosts } from "../../../simulator/simulated-hosts";

type State = Awaited<ReturnType<typeof drain.create>>["state"];

const small = guest(1, 100);
const large = guest(2, 300);
const middle = guest(3, 200);

const three = () =>
  new SimulatedHosts()
    .host("a", 120, { small, large, middle, off: guest(4, 100, "shut off") })
    .host("b", 600)
    .host("c", 700);

const inputs = (hosts: SimulatedHosts, changed: object = {}): DrainInputs =>
  drainInputs.parse({ ...drain.defaults, host: "a", hosts: hosts.connections, ...changed });

const guestsOf = ({ movedGuests }: State) =>
  movedGuests.map(({ name, from, to }) => `${name}: ${from} to ${to}`).sort();

/** What an operation failed with, and what the engine is to remember of it. */
async function failing(work: Promise<unknown>): Promise<{ facts: ProviderError["facts"]; state?: State }> {
  const error = await work.then(
    () => new Error("nothing failed"),
    (reason: unknown) => reason,
  );
  if (error instanceof ProviderError) return { facts: error.facts };
  if (!(error instanceof PartialFailure && error.cause instanceof ProviderError)) throw error;
  return { facts: error.cause.facts, state: error.state as State };
}

describe("emptying a host", () => {
  test("moves all that are active to where the most memory is free, the largest first", async () => {
    const hosts = three();
    const { id, state } = await drain.create(inputs(hosts), hosts.operation());
    expect(id).toBe("a");
    expect(state.drained).toBe(true);
    expect(guestsOf(state)).toEqual(["large: a to c", "middle: a to b", "small: a to b"]);
    expect(hosts.guestsOn("a")).toEqual(["off"]);
    expect(hosts.guestsOn("c")).toEqual(["large"]);
    expect(state.movedGuests[0]).toMatchObject({
      uuid: large.uuid,
      command: expect.stringMatching(RegExp(`^virsh migrate --live .* ${large.uuid} qemu\\+ssh://c/system$`)),
      waived: [],
      proofs: expect.arrayContaining([expect.objectContaining({ name: "same-uuid", verdict: "proved" })]),
    });
    // One round for each host, whatever the number of guests.
    expect(hosts.loads).toBe(3);
  });

  test.each([1, 2, 3])("at most %i at once", async (maxOutgoing) => {
    const hosts = three();
    await drain.create(inputs(hosts, { maxOutgoing }), hosts.operation());
    expect(hosts.most).toBe(maxOutgoing);
  });

  test("to one host, and only the guests that are named", async () => {
    const hosts = three();
    const named = inputs(hosts, { to: "b", guests: ["small", "off"] });
    const { state } = await drain.create(named, hosts.operation());
    expect(guestsOf(state)).toEqual(["small: a to b"]);
    expect(hosts.guestsOn("a")).toEqual(["large", "middle", "off"]);
  });

  test("only a guest whose probe is known is asked", async () => {
    const hosts = three();
    const probes = { small: { address: "10.77.0.50", port: 7000 } };
    const { state } = await drain.create(
      inputs(hosts, { observer: hosts.connections[1], probes }),
      hosts.operation(),
    );
    const facts = new Map(
      state.movedGuests.map(({ name, proofs }) => [
        name,
        proofs.find((proof) => proof.name === "same-boot")?.facts,
      ]),
    );
    expect(facts.get("small")).toContain("nobody listens");
    expect(facts.get("large")).toContain("no probe and observer are given");
  });

  test("a host without guests is drained", async () => {
    const hosts = new SimulatedHosts().host("a", 500).host("b", 500);
    const { state } = await drain.create(inputs(hosts), hosts.operation());
    expect(state).toEqual({ movedGuests: [], drained: true });
  });
});

describe("guests that must be apart", () => {
  const pair = { antiAffinity: [["small", large.uuid]] };

  test("go to two hosts, also where one would have room for both", async () => {
    const hosts = new SimulatedHosts().host("a", 500, { small, large }).host("b", 300).host("c", 1_000);
    const { state } = await drain.create(inputs(hosts, pair), hosts.operation());
    expect(guestsOf(state)).toEqual(["large: a to c", "small: a to b"]);
  });

  test("go to no host where another of them is active; one that is shut off there keeps nobody away", async () => {
    const other = guest(7, 50);
    const group = { antiAffinity: [["small", "other"]] };
    const hosts = new SimulatedHosts().host("a", 500, { small }).host("b", 900, { other }).host("c", 300);
    const { state } = await drain.create(inputs(hosts, group), hosts.operation());
    expect(guestsOf(state)).toEqual(["small: a to c"]);
    const off = guest(7, 50, "shut off");
    const there = new SimulatedHosts()
      .host("a", 500, { small })
      .host("b", 900, { other: off })
      .host("c", 300);
    const next = await drain.create(inputs(there, group), there.operation());
    expect(guestsOf(next.state)).toEqual(["small: a to b"]);
  });

  test("stay where there is no such host, which is told in the preview, too; and come home together", async () => {
    const hosts = new SimulatedHosts().host("a", 500, { small, large }).host("b", 1_000);
    const told = /small needs 132 MiB; b has 603\.9 MiB for them, and large, which small must be apart from/;
    expect(await drain.previewNote?.(inputs(hosts, pair), undefined, hosts.operation())).toMatch(told);
    const { facts, state } = await failing(drain.create(inputs(hosts, pair), hosts.operation()));
    expect(facts.found).toMatch(told);
    expect(state && guestsOf(state)).toEqual(["large: a to b"]);
    if (state !== undefined) await drain.delete(inputs(hosts, pair), state, hosts.operation());
    expect(hosts.guestsOn("a")).toEqual(["large", "small"]);
  });

  test("are two at least, each once", () => {
    const given = (antiAffinity: unknown) =>
      drainInputs
        .safeParse({ ...drain.defaults, host: "a", hosts: three().connections, antiAffinity })
        .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    expect(given([["web"], ["db", "db"]])).toEqual([
      "antiAffinity.0: two guests at least",
      "antiAffinity.1: each guest once",
    ]);
    expect(given([["web", "db"]])).toBeUndefined();
  });
});

describe("guests that must be together", () => {
  const pair = { affinity: [["small", "large"]] };

  test("go to one host, where each alone would have another", async () => {
    const hosts = new SimulatedHosts().host("a", 500, { small, large }).host("b", 560).host("c", 600);
    expect(guestsOf((await drain.create(inputs(hosts), hosts.operation())).state)).toEqual([
      "large: a to c",
      "small: a to b",
    ]);
    const again = new SimulatedHosts().host("a", 500, { small, large }).host("b", 560).host("c", 600);
    expect(guestsOf((await drain.create(inputs(again, pair), again.operation())).state)).toEqual([
      "large: a to c",
      "small: a to c",
    ]);
  });

  test("follow one that is on another host already, and stay where that has no room", async () => {
    const db = guest(7, 50);
    const group = { affinity: [["small", "db"]] };
    const hosts = new SimulatedHosts().host("a", 500, { small }).host("b", 900).host("c", 300, { db });
    expect(guestsOf((await drain.create(inputs(hosts, group), hosts.operation())).state)).toEqual([
      "small: a to c",
    ]);
    const full = new SimulatedHosts().host("a", 500, { small }).host("b", 900).host("c", 150, { db });
    const { facts } = await failing(drain.create(inputs(full, group), full.operation()));
    expect(facts.found).toContain("and no db, which small must be with: it is on c");
  });
});

describe("a maintenance window", () => {
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  afterEach(() => void vi.restoreAllMocks());

  test.each([
    ["before it", { notBefore: inMinutes(5), notAfter: inMinutes(9) }, /again after/],
    ["after it", { notBefore: inMinutes(-9), notAfter: inMinutes(-5) }, /next window/],
  ])("moves nobody %s, which a preview says, too", async (_when, window, fix) => {
    const hosts = three();
    expect(await drain.previewNote?.(inputs(hosts, window), undefined, hosts.operation())).toMatch(
      RegExp(`\nnot now: moves may begin from ${window.notBefore} to ${window.notAfter}$`),
    );
    const { facts, state } = await failing(drain.create(inputs(hosts, window), hosts.operation()));
    expect(facts.found).toMatch(
      /small: KVM-674 on this machine: .* by this machine's clock; no move was begun/,
    );
    expect(facts.found).toMatch(fix);
    expect(state).toBeUndefined();
    expect(hosts.moves).toEqual([]);
  });

  test("that ends lets those arrive that are on their way, begins no other, and the next one goes on", async () => {
    const hosts = three();
    const window = { notAfter: inMinutes(5), maxOutgoing: 1 };
    const now = Date.now();
    vi.spyOn(Date, "now").mockImplementation(() => now + (hosts.moves.length > 0 ? 6 * 60_000 : 0));
    const { facts, state } = await failing(drain.create(inputs(hosts, window), hosts.operation()));
    expect(facts.found).toMatch(/middle: KVM-674[\s\S]*small: KVM-674/);
    expect(state && guestsOf(state)).toEqual(["large: a to c"]);
    vi.restoreAllMocks();
    const next =
      state && (await drain.update(inputs(hosts, { notAfter: inMinutes(5) }), state, hosts.operation()));
    expect(next?.drained).toBe(true);
  });

  test("that is open is kept to without a word; one that ends before it begins is refused", async () => {
    const hosts = three();
    const open = { notBefore: inMinutes(-5), notAfter: inMinutes(5) };
    const { state } = await drain.create(inputs(hosts, open), hosts.operation());
    expect(state.drained).toBe(true);
    const given = (window: object) =>
      drainInputs
        .safeParse({ ...drain.defaults, host: "a", hosts: hosts.connections, ...window })
        .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    expect(given({ notBefore: "tonight" })).toEqual([
      "notBefore: a time with its offset: 2026-12-01T22:00:00+08:00",
    ]);
    expect(given({ notBefore: "2026-12-01T22:00:00+08:00", notAfter: "2026-12-01T14:00:00Z" })).toEqual([
      "notAfter: a time after notBefore, 2026-12-01T22:00:00+08:00",
    ]);
  });
});

describe("the preview", () => {
  const preview = (hosts: SimulatedHosts, changed: object = {}) =>
    drain.previewNote?.(inputs(hosts, changed), undefined, hosts.operation());

  test("says who would leave, and where each would go, as the drain then does, and moves nobody", async () => {
    const hosts = three();
    const note = await preview(hosts);
    expect(note).toBe(
      "would leave a: small, large, middle\n600 MiB free on b; 700 MiB free on c; large (332 MiB) goes to c; middle (232 MiB) goes to b; small (132 MiB) goes to b",
    );
    expect(hosts.moves).toEqual([]);
    expect(hosts.guestsOn("a")).toHaveLength(4);
  });

  test("says who would stay, and why", async () => {
    const hosts = new SimulatedHosts().host("a", 500, { small, large }).host("b", 250);
    expect(await preview(hosts, { guests: ["small", "large", "nobody"] })).toMatch(
      /small \(132 MiB\) goes to b\nlarge would stay on a: KVM-617: large needs 332 MiB; .*\nnobody is on no host that answers$/,
    );
  });

  test("of a host where none is active says so", async () => {
    const hosts = new SimulatedHosts().host("a", 500, { off: guest(4, 100, "shut off") }).host("b", 500);
    expect(await preview(hosts)).toBe("no guest would leave a: none is active there");
  });

  test("fails for no host that is silent, and for none that is not known yet", async () => {
    const hosts = three();
    hosts.silence("c");
    const note = await preview(hosts);
    expect(note).toMatch(/large \(332 MiB\) goes to b/);
    expect(note).toMatch(/c does not answer \(KVM-401: .*\): no guest would go there/);
    expect(await preview(hosts, { to: "c" })).toMatch(
      /^where the guests of a would go cannot be told now: KVM-401/,
    );
    const unknown = { ...inputs(hosts), hosts: "not known yet" } as unknown as DrainInputs;
    expect(await drain.previewNote?.(unknown, undefined, hosts.operation())).toBeUndefined();
  });
});

describe("when something is against it", () => {
  test("one failure stops no other move; all are told at once, and what moved is remembered", async () => {
    const hosts = three();
    hosts.refused.add("middle");
    hosts.at("c").guests.set("small", guest(8, 10));
    hosts.host("b", 100);
    const { facts, state } = await failing(
      drain.create(inputs(hosts, { guests: undefined }), hosts.operation()),
    );
    expect(facts).toMatchObject({ code: "KVM-618", host: "a" });
    expect(facts.found).toContain("middle: KVM-605 on a, c: middle running on a");
    expect(facts.found).toContain("small: KVM-617 on b, c: small needs 132 MiB; b has 36 MiB for them");
    expect(facts.found).toContain("and another small");
    expect(state?.drained).toBe(false);
    expect(state && guestsOf(state)).toEqual(["large: a to c"]);
  });

  test("a guest that arrived, and was not proved to be whole, is told and remembered", async () => {
    const hosts = three();
    hosts.forgotten.add("small");
    const { facts, state } = await failing(drain.create(inputs(hosts), hosts.operation()));
    expect(facts.found).toContain("small: KVM-607 on b: persistent-on-target failed");
    expect(state && guestsOf(state)).toEqual(["large: a to c", "middle: a to b", "small: a to b"]);
  });

  test("the next up goes on with what is left, and keeps where each came from", async () => {
    const hosts = three();
    hosts.refused.add("middle");
    const { state = { movedGuests: [], drained: true } } = await failing(
      drain.create(inputs(hosts), hosts.operation()),
    );
    expect([...drain.diff(inputs(hosts), inputs(hosts), state).keys()]).toEqual(["drained"]);
    hosts.refused.clear();
    const next = await drain.update(inputs(hosts), state, hosts.operation());
    expect(next.drained).toBe(true);
    expect(guestsOf(next)).toEqual(["large: a to c", "middle: a to b", "small: a to b"]);
  });

  test("where nothing moved there is nothing to remember", async () => {
    const hosts = new SimulatedHosts().host("a", 500, { large }).host("b", 100);
    const { facts, state } = await failing(drain.create(inputs(hosts), hosts.operation()));
    expect(facts.found).toContain("large: KVM-617");
    expect(state).toBeUndefined();
    expect(hosts.moves).toEqual([]);
  });

  test("who waives the memory may fill a host", async () => {
    const hosts = new SimulatedHosts().host("a", 500, { large }).host("b", 100);
    const { state } = await drain.create(inputs(hosts, { waive: ["KVM-633"] }), hosts.operation());
    expect(guestsOf(state)).toEqual(["large: a to b"]);
    expect(state.movedGuests[0]?.waived.map(({ code }) => code)).toEqual(["KVM-633"]);
  });

  test("a name that no host knows is told", async () => {
    const hosts = three();
    const { facts } = await failing(drain.create(inputs(hosts, { guests: ["smal"] }), hosts.operation()));
    expect(facts.found).toContain("smal: KVM-601");
  });

  test("a deployment that is called off moves nobody", async () => {
    const hosts = three();
    const called = hosts.operation(AbortSignal.abort(new Error("cancelled")));
    await expect(drain.create(inputs(hosts), called)).rejects.toThrow("cancelled");
    expect(hosts.moves).toEqual([]);
  });

  test("one that is called off half-way aborts what goes on, and begins no other move", async () => {
    const hosts = three();
    hosts.world.copyMs = 10_000;
    const stop = new AbortController();
    const going = failing(drain.create(inputs(hosts, { maxOutgoing: 1 }), hosts.operation(stop.signal)));
    while (hosts.guestsOn("c").length === 0) await hosts.world.time.sleep(10);
    stop.abort(new Error("cancelled"));
    const { facts } = await going;
    expect(facts.found).toContain("large: KVM-605");
    expect(facts.found).toContain("middle, small: cancelled");
    expect(hosts.moves).toHaveLength(1);
    expect(hosts.guestsOn("a")).toHaveLength(4);
  });
});

describe("afterwards", () => {
  test("a refresh finds who came to the host, and where the others are now", async () => {
    const hosts = three();
    const { state } = await drain.create(inputs(hosts), hosts.operation());
    hosts.at("b").guests.delete("small");
    hosts.at("b").guests.delete("middle");
    hosts.at("a").guests.set("small", small).set("late", guest(5, 50));
    const read = await drain.read(inputs(hosts), state, hosts.operation());
    expect(read?.found).toEqual({});
    expect(read && guestsOf(read.state)).toEqual(["large: a to c", "middle: a to ", "small: a to a"]);
    expect(read?.state.drained).toBe(false);
    const next = await drain.update(inputs(hosts), read?.state ?? state, hosts.operation());
    expect(next.drained).toBe(true);
    expect(guestsOf(next)).toEqual(["large: a to c", "late: a to b", "middle: a to ", "small: a to b"]);
    expect(hosts.guestsOn("a")).toEqual(["off"]);
  });

  test("a destroy brings home who still runs elsewhere, wherever that is", async () => {
    const hosts = three();
    const { state } = await drain.create(inputs(hosts), hosts.operation());
    hosts.at("b").guests.delete("middle");
    hosts.at("b").guests.delete("small");
    hosts.at("c").guests.set("small", small).set("middle", guest(9, 200)).set("own", guest(6, 50));
    await drain.delete(inputs(hosts), state, hosts.operation());
    expect(hosts.guestsOn("a")).toEqual(["large", "off", "small"]);
    expect(hosts.guestsOn("c")).toEqual(["middle", "own"]);
    expect(hosts.said).toContain("middle is active nowhere any more: nothing to return");
  });

  test("or leaves them", async () => {
    const hosts = three();
    const leaving = inputs(hosts, { onDelete: "leave" });
    const { state } = await drain.create(leaving, hosts.operation());
    await drain.delete(leaving, state, hosts.operation());
    expect(hosts.guestsOn("a")).toEqual(["off"]);
  });

  test("who cannot go home is told, and the others are home", async () => {
    const hosts = three();
    const { state } = await drain.create(inputs(hosts), hosts.operation());
    hosts.refused.add("small");
    const { facts } = await failing(drain.delete(inputs(hosts), state, hosts.operation()));
    expect(facts.code).toBe("KVM-618");
    expect(facts.found).toContain("small: KVM-605");
    expect(hosts.guestsOn("a")).toEqual(["large", "middle", "off"]);
    hosts.refused.clear();
    await drain.delete(inputs(hosts), state, hosts.operation());
    expect(hosts.guestsOn("a")).toEqual(["large", "middle", "off", "small"]);
  });
});

describe("a drain that is killed", () => {
  test.each([1, 2, 3])(
    "after move %i knows on the next run what left, and brings all home",
    async (moves) => {
      const hosts = three();
      // Its promise never settles: whoever waited for it is dead.
      void drain.create(inputs(hosts, { maxOutgoing: 1 }), hosts.operation());
      await hosts.killWhenLeft("a", moves);
      expect(hosts.guestsOn("a")).toHaveLength(4 - moves);
      const one = inputs(hosts, { maxOutgoing: 1 });
      const { state } = await drain.create(one, hosts.operation());
      expect(state.movedGuests.map(({ name, from }) => `${name}: ${from}`).sort()).toEqual([
        "large: a",
        "middle: a",
        "small: a",
      ]);
      await drain.delete(one, state, hosts.operation());
      expect(hosts.guestsOn("a")).toEqual(["large", "middle", "off", "small"]);
      expect([large, middle, small].flatMap((one) => hosts.marksOf(one))).toEqual([]);
    },
  );

  test("brings home what only the marks know, renamed and moved on since", async () => {
    const hosts = three();
    const { state } = await drain.create(inputs(hosts, { guests: ["small"] }), hosts.operation());
    await drain.create(inputs(hosts), hosts.operation());
    hosts.at("b").guests.give("large", "c", "big");
    const read = await drain.read(inputs(hosts), state, hosts.operation());
    expect(read && guestsOf(read.state)).toContain("big: a to c");
    await drain.delete(inputs(hosts), state, hosts.operation());
    expect(hosts.guestsOn("a")).toEqual(["big", "middle", "off", "small"]);
  });

  test("does not take another drain's marks for its own", async () => {
    const hosts = three();
    await drain.create(inputs(hosts), { ...hosts.operation(), urn: "another" });
    const { state } = await drain.create(inputs(hosts), hosts.operation());
    expect(state.movedGuests).toEqual([]);
    await drain.delete(inputs(hosts), state, hosts.operation());
    expect(hosts.marksOf(large)).toEqual(['<home host="a"/>']);
  });

  test("guests that stayed after a failure, and those that are left for good, carry nothing", async () => {
    const hosts = three();
    hosts.refused.add("middle");
    const leave = inputs(hosts, { onDelete: "leave" });
    const { state } = await failing(drain.create(leave, hosts.operation()));
    expect([large, middle, small].map((one) => hosts.marksOf(one).length)).toEqual([1, 0, 1]);
    await drain.delete(leave, state ?? { movedGuests: [], drained: false }, hosts.operation());
    expect([large, middle, small].flatMap((one) => hosts.marksOf(one))).toEqual([]);
  });

  test("a guest that cannot be marked moves all the same, and is told", async () => {
    const hosts = three();
    hosts.unmarkable.add(small.uuid);
    const { state } = await drain.create(inputs(hosts), hosts.operation());
    expect(guestsOf(state)).toContain("small: a to b");
    expect(hosts.said.join("\n")).toContain("small on a could not be marked");
  });
});

describe("a host that does not answer", () => {
  test("gets no guest, and those that it may have are not given up", async () => {
    const hosts = three();
    const { state } = await drain.create(inputs(hosts, { guests: ["large"] }), hosts.operation());
    hosts.silence("c");
    const read = await drain.read(inputs(hosts), state, hosts.operation());
    expect(read && guestsOf(read.state)).toEqual(["large: a to c"]);
    expect(hosts.said.join("\n")).toContain("c does not answer (KVM-401: no answer in 25 s)");
    const next = await drain.update(inputs(hosts), state, hosts.operation());
    expect(guestsOf(next)).toEqual(["large: a to c", "middle: a to b", "small: a to b"]);
    const { facts } = await failing(drain.delete(inputs(hosts), next, hosts.operation()));
    expect(facts.found).toContain("large: KVM-644 on c");
    expect(hosts.guestsOn("a")).toEqual(["middle", "off", "small"]);
  });

  test("that is to be emptied, or that all are to go to, is an error; a refresh keeps what was known", async () => {
    const hosts = three();
    const { state } = await drain.create(inputs(hosts), hosts.operation());
    hosts.silence("a");
    expect((await failing(drain.create(inputs(hosts), hosts.operation()))).facts).toMatchObject({
      code: "KVM-401",
      host: "a",
    });
    expect((await drain.read(inputs(hosts), state, hosts.operation()))?.state).toEqual(state);
    hosts.endSilence();
    hosts.at("a").guests.set("late", guest(5, 50));
    hosts.silence("b");
    const { facts } = await failing(drain.update(inputs(hosts, { to: "b" }), state, hosts.operation()));
    expect(facts).toMatchObject({ code: "KVM-401", host: "b" });
  });
});

describe("limits of one guest", () => {
  test("count for it alone, by its name or its UUID", async () => {
    const hosts = three();
    const guestLimits = { large: { bandwidthMiBps: 7 }, [small.uuid]: { bandwidthMiBps: 9 } };
    await drain.create(inputs(hosts, { guestLimits, options: { bandwidthMiBps: 8 } }), hosts.operation());
    const bandwidthOf = ({ uuid }: typeof small) =>
      hosts.moves.find((move) => move.includes(uuid))?.match(/--bandwidth (\d+)/)?.[1];
    expect([large, middle, small].map(bandwidthOf)).toEqual(["7", "8", "9"]);
  });

  test("what is wrong with them is said at once", () => {
    const guestLimits = { web: { timeoutSeconds: 0, bandwith: 3 }, "": {}, db: { maxDowntimeMs: -1 } };
    const given = { ...drain.defaults, host: "a", hosts: three().connections, guestLimits };
    const paths = drainInputs.safeParse(given).error?.issues.map(({ path }) => path.join("."));
    expect(paths?.sort()).toEqual([
      "guestLimits.",
      "guestLimits.db.maxDowntimeMs",
      "guestLimits.web",
      "guestLimits.web.timeoutSeconds",
    ]);
  });
});

describe("guests and their UUIDs", () => {
  test("one whose name virsh would take for an ID moves by its UUID", async () => {
    const seven = guest(7, 50);
    const hosts = new SimulatedHosts().host("a", 100, { 7: seven }).host("b", 500);
    const { state } = await drain.create(inputs(hosts), hosts.operation());
    expect(guestsOf(state)).toEqual(["7: a to b"]);
    expect(hosts.moves.join()).toContain(` ${seven.uuid} `);
  });

  test("a guest may be given by its UUID; one that no host has is said", async () => {
    const hosts = three();
    const { state } = await drain.create(inputs(hosts, { guests: [small.uuid] }), hosts.operation());
    expect(guestsOf(state)).toEqual(["small: a to c"]);
    const nobody = guest(77, 1).uuid;
    const { facts } = await failing(drain.create(inputs(hosts, { guests: [nobody] }), hosts.operation()));
    expect(facts.found).toContain(`${nobody}: KVM-601`);
  });

  test("one that got another name meanwhile is found again, and comes home under it", async () => {
    const hosts = three();
    const { state } = await drain.create(inputs(hosts, { guests: ["small"] }), hosts.operation());
    hosts.at("c").guests.delete("small");
    hosts.at("b").guests.set("mail", small);
    const read = await drain.read(inputs(hosts, { guests: ["small"] }), state, hosts.operation());
    expect(guestsOf(read?.state ?? state)).toEqual(["mail: a to b"]);
    await drain.delete(inputs(hosts), state, hosts.operation());
    expect(hosts.guestsOn("a")).toContain("mail");
  });

  test("a drain gives no new name", () => {
    const hosts = three();
    const given = { ...drain.defaults, host: "a", hosts: hosts.connections, options: { newName: "mail" } };
    const { error } = drainInputs.safeParse(given);
    expect(error?.issues.map(({ path }) => path.join("."))).toEqual(["options.newName"]);
  });
});
