import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { remoteScript, wholeScript } from "../../../components/remote-script";
import { recordProgram } from "./recorded-program";
import { sampleMachine } from "./sample-machines";

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
  const run = async () => {
    const program = await recordProgram(() => {
      const machine = sampleMachine("source");
      remoteScript("names", machine, "machine/host-names.sh", ["10.0.0.2 nfs"], { parent: machine });
    });
    return { program, command: program.find("Command", "names") };
  };

  it("sends the script by standard input, to a host whose key is known", async () => {
    const { command } = await run();
    expect(command.inputs).toMatchObject({
      create: "sh -s",
      connection: { host: "192.0.2.2", port: 22, user: "root", hostKey: "ssh-ed25519 AAAAsource comment" },
    });
    expect(command.inputs.stdin).toMatch(
      /^\{\nset -- '10\.0\.0\.2 nfs'\n# Keeps the lab's lines[\s\S]*\n\} < \/dev\/null\n$/,
    );
    expect(command.inputs).not.toHaveProperty("update");
    expect(command.secrets).toContain("connection");
  });

  it("waits for a host that boots, but not for ever", async () => {
    const { command } = await run();
    const { connection } = command.inputs as {
      connection: { dialErrorLimit: number; perDialTimeout: number };
    };
    expect(connection.dialErrorLimit).toBeGreaterThan(0);
    expect(connection.perDialTimeout).toBeGreaterThan(0);
  });

  it("is run again on a machine that is made again", async () => {
    const { program, command } = await run();
    expect(program.replacedWith(command)).toEqual(["ExistingMachine source"]);
  });
});
