import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sectionsOf } from "../../../../provider/host/sections";
import { parseStorage } from "../../../../provider/preflight/facts/storage-facts";
import { readTokens, removeTokens, writeTokens } from "../../../../provider/preflight/token-scripts";
import { ScriptSandbox } from "../../templates/script-sandbox";
import { openToAll } from "../host/ssh-server";

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
/** root as a server with root_squash has it: no owner of what is not its own. It may still become another user. */
const squashed = [
  "--bounding-set=-dac_override,-dac_read_search",
  "--inh-caps=-dac_override,-dac_read_search",
];

describe.runIf(isRoot)("a share on which root is nobody, and whose folder is the own of QEMU's user", () => {
  let sandbox: ScriptSandbox;
  let folder: string;
  let disk: string;
  beforeEach(() => {
    sandbox = new ScriptSandbox(openToAll);
    folder = sandbox.at("share");
    disk = `${folder}/disk.qcow2`;
    sandbox.write("share/disk.qcow2", "");
    chmodSync(sandbox.root, 0o755);
    chmodSync(folder, 0o700);
    chmodSync(disk, 0o600);
    for (const path of [folder, disk]) chownSync(path, nobody, nobody);
    sandbox.write("etc/libvirt/qemu.conf", '#user = "root"\nuser = "nobody"\n');
  });
  afterEach(() => sandbox.remove());

  const run = (script: string, ...args: string[]) => {
    const { stdout } = spawnSync("setpriv", [...squashed, "sh", "-s", "tok", ...args], {
      input: sandbox.below(script),
      encoding: "utf8",
    });
    return parseStorage(sectionsOf("tok", stdout));
  };

  test("is proved through that user, and no token stays behind", () => {
    expect(run(writeTokens, folder).tokens?.get(folder)).toBe("written");
    const { tokens, kept, files } = run(readTokens, "1", "0", folder, disk);
    expect([tokens?.get(folder), kept]).toEqual(["seen", []]);
    expect(files.get(disk)).toBe("-erw");
    expect(readdirSync(folder)).toEqual(["disk.qcow2"]);
  });

  test("a token that the target did not find is removed by the source", () => {
    run(writeTokens, folder);
    expect(readdirSync(folder)).toHaveLength(2);
    run(removeTokens, folder);
    expect(readdirSync(folder)).toEqual(["disk.qcow2"]);
  });

  test("is refused where neither may write", () => {
    chownSync(folder, 12_345, 12_345);
    expect(run(writeTokens, folder).tokens?.get(folder)).toBe("refused");
  });
});
