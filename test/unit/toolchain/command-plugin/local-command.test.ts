import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { secret, unknownText } from "../../../../provider/protocol/property-values";
import { type TestingProvider, testingProvider, urn } from "./testing-provider";

const type = "command:local:Command";
let folder: string;
let testing: TestingProvider;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lab-command-test-"));
  testing = testingProvider();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("command:local:Command", () => {
  it("runs in the folder with environment, standard input and interpreter", async () => {
    const outs = await testing.create(type, {
      create:
        'import os, sys; print(os.getcwd(), os.environ["A"], sys.stdin.read()); print("err", file=sys.stderr)',
      interpreter: ["python3", "-c"],
      dir: folder,
      environment: { A: "a b" },
      stdin: "from outside",
    });

    expect(outs).toMatchObject({ stdout: `${folder} a b from outside`, stderr: "err" });
    expect(testing.lines).toContain("err");
  });

  it("keeps secret inputs secret, and its outputs as they are", async () => {
    const outs = await testing.create(type, { create: "echo $T", environment: secret({ T: "t" }) });

    expect(outs.environment).toEqual(secret({ T: "t" }));
    expect(outs.stdout).toBe("t");
  });

  it("updates with `update`, or else `create`, and lets both and `delete` see the last outputs", async () => {
    const inputs = {
      create: "echo one",
      update: 'echo "$PULUMI_COMMAND_STDOUT, then two"',
      delete: `echo "$PULUMI_COMMAND_STDOUT" > ${folder}/deleted`,
    };
    const created = await testing.create(type, inputs);
    const updated = await testing.update(type, created, inputs);
    const again = await testing.update(type, updated, { create: "echo [$PULUMI_COMMAND_STDOUT]" });
    const blind = await testing.update(type, updated, {
      create: "echo [$PULUMI_COMMAND_STDOUT]",
      addPreviousOutputInEnv: false,
    });
    await testing.delete(type, updated);

    expect(updated.stdout).toBe("one, then two");
    expect(again.stdout).toBe("[one, then two]");
    expect(blind.stdout).toBe("[]");
    expect(existsSync(join(folder, "deleted"))).toBe(true);
  });

  it("keeps the outputs of a resource without a command to run", async () => {
    const created = await testing.create(type, {});
    const updated = await testing.update(type, { ...created, stdout: "old" }, {});

    expect(created).toMatchObject({ stdout: "", stderr: "" });
    expect(updated).toMatchObject({ stdout: "old" });
  });

  it("fails with the exit status, the command and what it said", async () => {
    await expect(testing.create(type, { create: "echo bad; echo worse >&2; exit 3" })).rejects.toThrow(
      /exit status 3: running "echo bad; .*bad\nworse/s,
    );
    await expect(testing.create(type, { create: "true", dir: `${folder}/none` })).rejects.toThrow(/none/);
  });

  it("cuts a report that is too long for its way back, and keeps its end", async () => {
    const failing = testing.create(type, { create: "seq 1 100000; exit 1" });

    await expect(failing).rejects.toThrow(/characters before this left out.*100000/s);
    await expect(failing).rejects.toSatisfy((error: Error) => error.message.length < 20_000);
  });

  it("stops all that the command started when its time is up or the deployment is called off", async () => {
    const mark = join(folder, "survivor");
    const slow = { create: `(sleep 3; touch ${mark}) & sleep 30` };

    await expect(testing.create(type, slow, 1)).rejects.toThrow(/not done within 1 s/);
    const running = testing.create(type, slow);
    setTimeout(() => testing.provider.cancel(), 300);
    await expect(running).rejects.toThrow("called off");
    await expect(testing.create(type, { create: "true" })).rejects.toThrow("called off");
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(existsSync(mark)).toBe(false);
  });

  it("finds assets and archives by the official globs", async () => {
    for (const file of [
      "assets/logos/logo.svg",
      "src/index.js",
      "src/secret.js",
      "src/deep/er.js",
      "other.txt",
    ]) {
      mkdirSync(join(folder, file, ".."), { recursive: true });
      writeFileSync(join(folder, file), file);
    }
    const globs = ["assets/**", "src/**.js", "!**secret.*"];
    const outs = await testing.create(type, {
      create: "true",
      dir: folder,
      assetPaths: globs,
      archivePaths: ["*.{txt,md}"],
    });

    expect(Object.keys(outs.assets ?? {})).toEqual([
      "assets/logos/logo.svg",
      "src/deep/er.js",
      "src/index.js",
    ]);
    expect(outs.assets).toMatchObject({ "src/index.js": { path: join(folder, "src/index.js") } });
    expect(outs.archive).toMatchObject({ assets: { "other.txt": { path: join(folder, "other.txt") } } });
  });

  it("does nothing in a preview and says what is not known yet", async () => {
    const mark = join(folder, "mark");
    const call = { urn: urn(type), inputs: { create: `touch ${mark}` }, preview: true, timeout: 0 };

    expect(await testing.provider.create(call)).toEqual({
      id: "",
      properties: { create: `touch ${mark}`, stdout: unknownText, stderr: unknownText },
    });
    expect(await testing.provider.update({}, call)).toMatchObject({ stdout: unknownText });
    expect(existsSync(mark)).toBe(false);
  });

  it("logs what `logging` asks for, line by line", async () => {
    await testing.create(type, { create: "printf 'one\\ntwo'; echo three >&2", logging: "stdout" });
    await testing.create(type, { create: "echo four", logging: "none" });

    expect(testing.lines).toEqual(["one", "two"]);
  });
});

describe("command:local:run", () => {
  it("runs a command as a function", async () => {
    const { outputs } = await testing.provider.invoke("command:local:run", {
      command: "echo $A",
      environment: { A: "a" },
    });

    expect(outputs).toMatchObject({ command: "echo $A", stdout: "a" });
    expect((await testing.provider.invoke("command:local:run", {})).failures).toHaveLength(1);
    await expect(testing.provider.invoke("command:other", {})).rejects.toThrow("unsupported");
  });
});
