import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { remoteScript, wholeScript } from "../../../components/remote-script";
import { recordProgram } from "./recorded-program";

const shell = (input: string) => spawnSync("sh", ["-s"], { input, encoding: "utf8", timeout: 10_000 });

describe("wholeScript", () => {
  it("hands every argument over as it is", () => {
    const argument = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"));
    const print = `for argument; do printf '%s\\0' "$argument"; done`;
    fc.assert(
      fc.property(fc.array(argument, { minLength: 1, maxLength: 5 }), (args) => {
        const { stdout } = shell(wholeScript(args, print));
        expect(stdout).toBe(args.map((text) => `${text}\0`).join(""));
      }),
      { numRuns: 40 },
    );
  });

  it("lets no command read the rest of the script as its input", () => {
    expect(shell(wholeScript(["x"], "cat\necho after")).stdout).toBe("after\n");
  });

  it("runs nothing of a script that did not arrive whole", () => {
    const text = wholeScript(["x"], "echo first\necho second");
    for (let length = 0; length < text.lastIndexOf("}"); length += 3) {
      expect(shell(text.slice(0, length)).stdout).toBe("");
    }
  });

  it("gives the script's exit code", () => {
    expect(shell(wholeScript([], "exit 7")).status).toBe(7);
  });
});

describe("remoteScript", () => {
  const host = {
    name: "source",
    address: "127.0.0.1",
    port: 22022,
    user: "root",
    privateKey: "PRIVATE",
    hostKey: "ssh-ed25519 AAAA",
  };

  it("sends the script by standard input, to a host whose key is known", async () => {
    const program = await recordProgram(() =>
      remoteScript("names", host, "machine/host-names.sh", ["10.0.0.2 nfs"], {}),
    );
    const command = program.find("Command", "names");
    expect(command.inputs).toMatchObject({
      create: "sh -s",
      connection: { host: "127.0.0.1", port: 22022, user: "root", hostKey: "ssh-ed25519 AAAA" },
    });
    expect(command.inputs.stdin).toMatch(
      /^\{\nset -- '10\.0\.0\.2 nfs'\n# Keeps the lab's lines[\s\S]*\n\} < \/dev\/null\n$/,
    );
    expect(command.inputs).not.toHaveProperty("update");
    expect(command.secrets).toContain("connection");
  });

  it("waits for a host that boots, but not for ever", async () => {
    const program = await recordProgram(() =>
      remoteScript("names", host, "machine/host-names.sh", ["x"], {}),
    );
    const { connection } = program.find("Command", "names").inputs as {
      connection: { dialErrorLimit: number; perDialTimeout: number };
    };
    expect(connection.dialErrorLimit).toBeGreaterThan(0);
    expect(connection.perDialTimeout).toBeGreaterThan(0);
  });
});
