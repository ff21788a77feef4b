import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { render } from "../../../templates/render";
import { ScriptSandbox } from "./script-sandbox";

const servers = { nfs: "10.0.0.2", source: "10.0.0.3", target: "10.0.0.4" };
const lines = Object.entries(servers)
  .map(([name, address]) => render("machine/hosts", { name, address }).trimEnd())
  .join("\n");

describe("machine/host-names.sh", () => {
  let sandbox: ScriptSandbox;
  beforeEach(() => {
    sandbox = new ScriptSandbox();
  });
  afterEach(() => sandbox.remove());
  const run = (wanted = lines) => {
    const { exitCode, stderr } = sandbox.run("machine/host-names.sh", [wanted]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    return sandbox.read("etc/hosts");
  };

  it("adds the three names below the user's own lines", () => {
    sandbox.write("etc/hosts", "127.0.0.1 localhost\n192.0.2.9 printer # mine\n");
    expect(run()).toBe(`127.0.0.1 localhost\n192.0.2.9 printer # mine\n${lines}\n`);
  });

  it("changes nothing the second time", () => {
    sandbox.write("etc/hosts", "127.0.0.1 localhost\n");
    expect(run()).toBe(run());
  });

  it("makes the file where there is none, and leaves no other", () => {
    expect(run()).toBe(`${lines}\n`);
    expect(sandbox.runText(`ls ${sandbox.at("etc")}`).stdout).toBe("hosts\n");
  });

  it("replaces its lines when addresses change", () => {
    run();
    const moved = lines.replaceAll("10.0.0.", "10.9.0.");
    expect(run(moved)).toBe(`${moved}\n`);
  });

  it("fixes what somebody broke: a line gone, one doubled, one changed", () => {
    const [nfs = "", source = ""] = lines.split("\n");
    sandbox.write("etc/hosts", `${nfs}\n${nfs}\n${source.replace("10.0.0.3", "10.0.0.99")}\n::1 localhost\n`);
    expect(run()).toBe(`::1 localhost\n${lines}\n`);
  });

  it("does not glue its first line to a last one without an end", () => {
    sandbox.write("etc/hosts", "127.0.0.1 localhost");
    expect(run()).toBe(`127.0.0.1 localhost\n${lines}\n`);
  });

  it("keeps whatever lines the user has", () => {
    const userLine = fc
      .stringMatching(/^[ -~\t]{0,40}$/)
      .filter((line) => !line.endsWith("# kvm-migration-lab"));
    fc.assert(
      fc.property(fc.array(userLine, { maxLength: 8 }), (user) => {
        const before = user.map((line) => `${line}\n`).join("");
        sandbox.write("etc/hosts", before);
        expect(run()).toBe(`${before}${lines}\n`);
        expect(run()).toBe(`${before}${lines}\n`);
      }),
      { numRuns: 25 },
    );
  });
});
