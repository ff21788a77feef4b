import { describe, expect, it } from "vitest";
import { type PropertyMap, secret } from "../../../../provider/protocol/property-values";
import { testingProvider, urn } from "./testing-provider";

const { provider } = testingProvider();
const asset = (hash: string, path: string) => ({
  "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
  hash,
  path,
});

function changes(
  olds: PropertyMap,
  news: PropertyMap,
  type = "command:local:Command",
): Record<string, string> {
  const found = provider.diff(urn(type), olds, news);
  return Object.fromEntries(
    [...found].map(([path, { kind, replaces }]) => [path, replaces ? `${kind}-replace` : kind]),
  );
}

describe("diff", () => {
  it("finds nothing where nothing differs", () => {
    const inputs = {
      create: "x",
      environment: { A: "a" },
      triggers: [1, { b: [null] }],
      connection: secret({ host: "h" }),
    };

    expect(changes(inputs, structuredClone(inputs))).toEqual({});
    expect(
      changes({ ...inputs, delete: null }, { ...inputs, update: null, __internal: 1, version: "1.2.1" }),
    ).toEqual({});
  });

  it("names each input that differs by its path", () => {
    const olds = { create: "x", environment: { A: "a", "B.c": "b" }, interpreter: ["sh", "-c"] };
    const news = { create: "y", environment: { A: "b", D: "d" }, interpreter: ["sh"], stdin: "s" };

    expect(changes(olds, news)).toEqual({
      create: "update",
      "environment.A": "update",
      'environment["B.c"]': "delete",
      "environment.D": "add",
      "interpreter[1]": "delete",
      stdin: "add",
    });
  });

  it("replaces for triggers that come or go; for their items the SDK's replaceOnChanges does", () => {
    expect(changes({}, { triggers: [1] })).toEqual({ triggers: "add-replace" });
    expect(changes({ triggers: [1] }, {})).toEqual({ triggers: "delete-replace" });
    expect(changes({ triggers: [1] }, { triggers: [2] })).toEqual({ "triggers[0]": "update" });
  });

  it("compares a secret as a whole, whatever else inside is marked as one", () => {
    const one = { connection: secret({ host: "h", privateKey: secret("k") }) };

    expect(changes(one, { connection: secret({ host: "h", privateKey: "k" }) })).toEqual({});
    expect(changes(one, { connection: secret({ host: "i", privateKey: "k" }) })).toEqual({
      connection: "update",
    });
    expect(changes({ stdin: "s" }, { stdin: secret("s") })).toEqual({ stdin: "update" });
  });

  it("compares assets by their contents", () => {
    const copy = "command:remote:CopyToRemote";

    expect(changes({ source: asset("1", "a") }, { source: asset("1", "b") }, copy)).toEqual({});
    expect(changes({ source: asset("1", "a") }, { source: asset("2", "a") }, copy)).toEqual({
      source: "update",
    });
  });
});
