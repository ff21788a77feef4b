import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScriptSandbox } from "./script-sandbox";

const [own, other, third] = ["1", "2", "3"].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`);
const state = "var/lib/glusterd";

describe("glusterfs/join-pool.sh", () => {
  let sandbox: ScriptSandbox;
  beforeEach(() => {
    sandbox = new ScriptSandbox();
    sandbox.folder(state);
    sandbox.folder("etc/systemd/system/multi-user.target.wants");
    sandbox.write(
      "etc/glusterfs/glusterd.vol",
      "volume management\n#   option base-port 49152\n    option max-port  60999\nend-volume\n",
    );
    sandbox.standIn("hostname", "echo source");
    sandbox.standIn("glusterd");
    sandbox.standIn("systemctl");
  });
  afterEach(() => sandbox.remove());
  const run = (machine = "built") => {
    sandbox.takeCalls();
    const peers = [other ?? "", "10.77.0.2", third ?? "", "10.77.0.4"];
    const result = sandbox.run("glusterfs/join-pool.sh", [
      own ?? "",
      sandbox.at("migration/brick"),
      machine,
      ...peers,
    ]);
    return { ...result, calls: sandbox.takeCalls() };
  };

  it("gives glusterd its identity and the others before it starts, and ports outside of libvirt's", () => {
    expect(run()).toMatchObject({ exitCode: 0, stderr: "", calls: ["systemctl start glusterd"] });
    expect(sandbox.read(`${state}/glusterd.info`)).toBe(`UUID=${own}\noperating-version=100000\n`);
    expect(sandbox.read(`${state}/peers/${other}`)).toBe(`uuid=${other}\nstate=3\nhostname1=10.77.0.2\n`);
    expect(sandbox.has(`${state}/peers/${third}`)).toBe(true);
    const settings = sandbox.read("etc/glusterfs/glusterd.vol");
    expect(settings).toContain("    option base-port 49300\n    option max-port 49999\nend-volume");
    expect(settings).not.toContain("60999");
    expect(sandbox.has("migration/brick")).toBe(true);
  });

  it("changes nothing where all of it is so, and starts what does not run", () => {
    run();
    sandbox.running("glusterd");
    expect(run()).toMatchObject({ exitCode: 0, calls: [] });
    sandbox.running("bash", "glusterd");
    expect(run().calls).toEqual(["systemctl start glusterd"]);
  });

  it("stops glusterd to tell it of a server that is new", () => {
    run();
    sandbox.running("glusterd");
    sandbox.runText(`rm ${sandbox.at(`${state}/peers/${third}`)}`);
    expect(run().calls[0]).toBe("systemctl stop glusterd");
    expect(sandbox.has(`${state}/peers/${third}`)).toBe(true);
  });

  it("leaves the package's files on a machine that somebody has, and gives glusterd settings of the lab's own", () => {
    sandbox.write("usr/lib/x86_64-linux-gnu/glusterfs/gsyncd", "");
    sandbox.standIn("dpkg-divert");
    const packaged = sandbox.read("etc/glusterfs/glusterd.vol");
    expect(run("existing")).toMatchObject({
      ...{ exitCode: 0, stderr: "" },
      calls: ["systemctl daemon-reload", "systemctl start glusterd"],
    });
    expect(sandbox.read("etc/glusterfs/glusterd.vol")).toBe(packaged);
    expect(sandbox.read("etc/glusterfs/kvm-migration-lab.vol")).toContain("option base-port 49300\n");
    const dropIn = sandbox.read("etc/systemd/system/glusterd.service.d/kvm-migration-lab.conf");
    expect(dropIn).toMatch(
      /^\[Service\]\nExecStart=\nExecStart=.*--volfile=.*kvm-migration-lab\.vol\nBindReadOnlyPaths=\S+no-gsyncd:/,
    );
    sandbox.running("glusterd");
    expect(run("existing")).toMatchObject({ exitCode: 0, calls: [] });
  });

  it("takes no pool from somebody else", () => {
    sandbox.write(`${state}/glusterd.info`, "UUID=another\n");
    sandbox.write(`${state}/vols/theirs/info`, "type=0\n");
    const { exitCode, stderr, calls } = run();
    expect([exitCode, calls.filter((call) => call.startsWith("systemctl"))]).toEqual([1, []]);
    expect(stderr).toMatch(
      /^KVM-460 on source: expected no other pool of GlusterFS, found: .*vols\/theirs\. Fix: /,
    );
    expect(sandbox.read(`${state}/glusterd.info`)).toBe("UUID=another\n");
  });
});
