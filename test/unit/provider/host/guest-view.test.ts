import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../../../provider/errors/catalog";
import { ProviderError } from "../../../../provider/errors/provider-error";
import { isMeant } from "../../../../provider/host/domain-name";
import type { DomainOnHost } from "../../../../provider/host/domain-on-host";
import { type GuestReference, viewGuest } from "../../../../provider/host/guest-view";
import { anotherUuid, host, uuid } from "./sample-views";

interface Has {
  readonly name: string;
  readonly uuid: string;
  readonly state?: string;
}

/** What each host has, or why it does not answer. */
type Lab = Readonly<Record<string, readonly Has[] | ErrorCode>>;

function inspect(name: string, has: readonly Has[], asked: string): DomainOnHost {
  const found = has.find((one) => isMeant(asked, one));
  return {
    host: name,
    list: has.map((one) => ({ name: one.name, state: one.state ?? "running" })),
    domains: has.map((one) => ({ name: one.name, uuid: one.uuid })),
    ...(found && { domain: { state: "running", persistent: true, ...found } }),
  };
}

async function viewed(lab: Lab, reference: GuestReference) {
  const asked: string[] = [];
  const view = await viewGuest(
    Object.keys(lab).map(host),
    reference,
    new AbortController().signal,
    async ({ name }, guest) => {
      asked.push(`${name}: ${guest}`);
      const has = lab[name] ?? [];
      if (typeof has === "string")
        throw new ProviderError({ code: has, host: name, expected: "an answer", found: "none", fix: "wait" });
      return inspect(name, has, guest);
    },
  );
  return { view, asked };
}

const places = ({ view }: Awaited<ReturnType<typeof viewed>>) =>
  view.seen.flatMap((one) => (one.domain ? [`${one.host}: ${one.domain.name}`] : []));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "none",
    (error: unknown) => (error instanceof ProviderError ? error.facts.code : error),
  );

const mine = { name: "guest", uuid };
const foreign = { name: "guest", uuid: anotherUuid };

describe("which guest is meant", () => {
  test("a name means the guest that has it; from then on it is known by its UUID", async () => {
    const found = await viewed({ a: [mine], b: [] }, { guest: "guest" });
    expect(found.view).toMatchObject({ guest: uuid, uuid, silent: [], foreign: [] });
    expect(places(found)).toEqual(["a: guest"]);
    // Nobody is asked twice where the first answer says it all.
    expect(found.asked).toEqual(["a: guest", "b: guest"]);
  });

  test("a name that nobody has means no guest yet", async () => {
    const { view } = await viewed({ a: [], b: [] }, { guest: "guest" });
    expect(view).toMatchObject({ guest: "guest", uuid: undefined, foreign: [] });
  });

  test("one that is called otherwise on another host is found there too", async () => {
    const found = await viewed({ a: [mine], b: [{ ...mine, name: "mail" }] }, { guest: "guest" });
    expect(places(found).sort()).toEqual(["a: guest", "b: mail"]);
    expect(found.asked).toContain(`b: ${uuid}`);
  });

  test("one that was known is found by its UUID, and another of its name is told as foreign", async () => {
    const found = await viewed({ a: [{ ...mine, name: "mail" }], b: [foreign] }, { guest: "guest", uuid });
    expect(places(found)).toEqual(["a: mail"]);
    expect(found.view.foreign).toEqual([{ host: "b", ...foreign, state: "running" }]);
  });

  test("of two guests of a name the one that is active is meant, and the other is told", async () => {
    const found = await viewed({ a: [mine], b: [{ ...foreign, state: "shut off" }] }, { guest: "guest" });
    expect(places(found)).toEqual(["a: guest"]);
    expect(found.view.foreign).toEqual([{ host: "b", ...foreign, state: "shut off" }]);
  });

  test("two that are both active, or both shut off, cannot be told apart", async () => {
    expect(await codeOf(viewed({ a: [mine], b: [foreign] }, { guest: "guest" }))).toBe("KVM-620");
    const off = [mine, foreign].map((one) => ({ ...one, state: "shut off" }));
    expect(await codeOf(viewed({ a: off.slice(0, 1), b: off.slice(1) }, { guest: "guest" }))).toBe("KVM-620");
  });

  test("a UUID means its guest alone, in capitals too", async () => {
    const found = await viewed({ a: [mine], b: [foreign] }, { guest: uuid.toUpperCase() });
    expect(places(found)).toEqual(["a: guest"]);
    expect(found.view).toMatchObject({ uuid, foreign: [] });
  });
});

describe("a host that does not answer", () => {
  test.each<ErrorCode>(["KVM-401", "KVM-404", "KVM-405", "KVM-407", "KVM-610"])(
    "is silent: %s",
    async (code) => {
      const { view } = await viewed({ a: [mine], b: code }, { guest: "guest" });
      expect(view.silent.map((one) => [one.host, one.error.facts.code])).toEqual([["b", code]]);
      expect(view.seen.map((one) => one.host)).toEqual(["a"]);
    },
  );

  test.each<ErrorCode>(["KVM-402", "KVM-403", "KVM-406"])(
    "is a mistake to correct where it refuses: %s",
    async (code) => {
      expect(await codeOf(viewed({ a: [mine], b: code }, { guest: "guest" }))).toBe(code);
    },
  );
});
