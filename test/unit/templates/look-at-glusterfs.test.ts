import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScriptSandbox } from "./script-sandbox";

const own = "11111111-0000-4000-8000-000000000000";
const state = "var/lib/glusterd";
const settings = "volume management\nend-volume\n";
const addresses = ["10.0.0.2", "10.0.0.3", "10.0.0.4"];
const share = "10.0.0.2:/migration";

describe("existing/look-at-glusterfs.sh", () => {
  let sandbox: ScriptSandbox;
  beforeEach(() => {
    sandbox = new ScriptSandbox();
    sandbox.write("etc/fstab", "# the root\n/dev/vda / ext4 rw 0 1\n");
    sandbox.write("etc/glusterfs/glusterd.vol", settings);
    const sum = createHash("md5").update(settings).digest("hex");
    sandbox.standIn("dpkg-query", `echo " $root/etc/glusterfs/glusterd.vol ${sum}"`);
    sandbox.standIn("hostname", "echo source");
    sandbox.standIn("findmnt", "exit 1");
  });
  afterEach(() => sandbox.remove());
  const look = () =>
    sandbox.run("existing/look-at-glusterfs.sh", [
      ...[own, sandbox.at("migration/brick"), "migration", "/images", share],
      ...addresses,
    ]);
  const refusal = () => {
    const { exitCode, stderr } = look();
    expect(exitCode).toBe(1);
    return stderr;
  };
  const volume = (bricks: readonly string[]) => {
    const folder = sandbox.at("migration/brick").replaceAll("/", "-");
    const lines = bricks.map((address, index) => `brick-${index}=${address}:${folder}\n`);
    sandbox.write(`${state}/vols/migration/info`, `type=2\n${lines.join("")}`);
  };

  it("accepts a machine with the package as it is installed, and one without", () => {
    expect(look()).toMatchObject({ exitCode: 0, stderr: "" });
    sandbox.standIn("dpkg-query", "exit 1");
    sandbox.runText(`rm ${sandbox.at("etc/glusterfs/glusterd.vol")}`);
    sandbox.folder("migration/brick");
    expect(look()).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("accepts what an earlier lab left", () => {
    sandbox.write(`${state}/glusterd.info`, `UUID=${own}\n`);
    sandbox.write("etc/systemd/system/glusterd.service.d/kvm-migration-lab.conf", "");
    sandbox.write("migration/brick/guest/disk.qcow2", "");
    volume(addresses);
    sandbox.standIn("findmnt", `echo ${share}`);
    sandbox.write("etc/fstab", `${share} /images glusterfs rw 0 0\n`);
    expect(look()).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("refuses a glusterd of somebody's own: its volumes, its peers, its identity alone", () => {
    sandbox.write(`${state}/glusterd.info`, "UUID=another\n");
    expect(refusal()).toMatch(
      /^KVM-460 on source: .*, found: the identity another, neither a volume nor a peer\. Fix/,
    );
    sandbox.write(`${state}/vols/theirs/info`, "type=0\n");
    sandbox.write(`${state}/peers/2222`, "");
    expect(refusal()).toContain("found: the identity another, vols/theirs peers/2222. Fix");
  });

  it("refuses settings of somebody's own", () => {
    sandbox.write("etc/glusterfs/glusterd.vol", `${settings}# mine\n`);
    expect(refusal()).toMatch(
      /^KVM-460 on source: .*settings of somebody's own: \S*\/etc\/glusterfs\/glusterd\.vol\. Fix/,
    );
    sandbox.write("etc/glusterfs/glusterd.vol", settings);
    sandbox.write("etc/systemd/system/glusterd.service.d/mine.conf", "");
    expect(refusal()).toContain("settings of somebody's own: mine.conf. Fix");
  });

  it("refuses a volume of that name with other bricks, and a folder that is in use", () => {
    sandbox.write("migration/brick/report.txt", "");
    expect(refusal()).toMatch(/^KVM-466 on source: .*, found: report\.txt\. Fix: mv /);
    sandbox.write(`${state}/glusterd.info`, `UUID=${own}\n`);
    volume(addresses.slice(0, 2));
    expect(refusal()).toMatch(/^KVM-466 on source: .*, found: migration without 10\.0\.0\.4:/);
  });

  it("refuses where something else is mounted, or will be", () => {
    sandbox.write("etc/fstab", "nfs:/migration /images nfs4 rw 0 0\n");
    expect(refusal()).toMatch(
      /^KVM-454 on source: expected \/images free for the volume, found: nfs:\/migration\. Fix/,
    );
  });
});
