import { describe, expect, it } from "vitest";
import { isSecret, reveal, secret, unknownText } from "../../../../provider/protocol/property-values";
import { testingProvider, urn } from "./testing-provider";

const { provider } = testingProvider();
const remote = urn("command:remote:Command");
const failures = (type: string, inputs: Parameters<typeof provider.check>[1]) =>
  provider.check(urn(type), inputs).failures.map(({ property, reason }) => `${property}: ${reason}`);

describe("check", () => {
  it("fills in the official defaults and makes the connection a secret", () => {
    const { inputs } = provider.check(remote, { create: "id", connection: { host: "h", privateKey: "k" } });

    expect(isSecret(inputs.connection)).toBe(true);
    expect(reveal(inputs)).toEqual({
      create: "id",
      connection: {
        host: "h",
        privateKey: "k",
        port: 22,
        user: "root",
        dialErrorLimit: 10,
        perDialTimeout: 15,
      },
    });
  });

  it("looks into secrets, and leaves alone what is not known yet", () => {
    const known = secret({ host: secret("h"), port: 70_000 });

    expect(failures("command:remote:Command", { connection: known })).toEqual([
      "connection.port: must be a whole number from 1 to 65535, not 70000",
    ]);
    expect(failures("command:remote:Command", { connection: unknownText })).toEqual([]);
    expect(
      failures("command:remote:Command", { connection: { host: unknownText, port: unknownText } }),
    ).toEqual([]);
  });

  it("names every property that is wrong, and what it may be", () => {
    const inputs = {
      create: 5,
      logging: "loud",
      environment: { A: "a", B: [1] },
      connection: { port: 22, hostKey: "nonsense", dialErrorLimit: -2 },
      creat: "typo",
    };

    expect(failures("command:remote:Command", inputs)).toEqual([
      "create: must be a string, not 5",
      "connection.host: is required and missing",
      "connection.dialErrorLimit: must be a whole number from -1 to 1000000, not -2",
      'connection.hostKey: must be a public key like "ssh-ed25519 AAAA…" (from ssh-keyscan), not "nonsense"',
      'logging: must be one of stdout, stderr, stdoutAndStderr, none, not "loud"',
      "environment.B: must be a string, not a list",
      expect.stringMatching(/^creat: is no property; known are triggers, create, /),
    ]);
  });

  it("says clearly what is unsupported", () => {
    expect(failures("command:remote:CopyFile", {})).toEqual([
      expect.stringContaining("unsupported: command:remote:CopyFile"),
    ]);
    const fromTheWeb = {
      "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
      uri: "https://x/y",
    };
    const copy = { connection: { host: "h" }, remotePath: "/x", source: fromTheWeb };
    expect(failures("command:remote:CopyToRemote", copy)).toEqual([
      "source: unsupported: an asset must be a local file or a text",
    ]);
  });

  it("takes a property that is null for one that is not there", () => {
    const { inputs } = provider.check(remote, { create: null, connection: { host: "h", user: null } });

    expect(Object.keys(inputs)).toEqual(["connection"]);
    expect(reveal(inputs.connection ?? null)).toMatchObject({ user: "root" });
  });
});
