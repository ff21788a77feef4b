import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { hostConnection } from "../../provider/resources/inputs";
import { OwnMachine } from "./own-machine";

const quietly = ["--yes", "--skip-preview", "--non-interactive", "--color", "never"];
const guest = z.object({ runningOn: z.string() });
const migration = z.object({
  moved: z.boolean(),
  from: z.string(),
  proofs: z.array(z.object({ name: z.string(), verdict: z.string() })),
});

let machine: OwnMachine;
let before: string[];

async function well(command: readonly string[], options?: Parameters<OwnMachine["run"]>[1]): Promise<string> {
  const result = await machine.run(command, options);
  expect(result.exitCode, `${command.join(" ")}\n${result.all}`).toBe(0);
  return result.stdout;
}

const output = async (name: string) => JSON.parse(await well(["pulumi", "stack", "output", name, "--json"]));

/** Everything that libvirt knows on the machine. */
async function onHypervisor(): Promise<string[]> {
  const lists = ["list --all --name", "net-list --all --name", "pool-list --all --name"];
  const found = await Promise.all(lists.map((list) => well(["virsh", ...list.split(" ")])));
  return found.flatMap((names) => names.split("\n").map((name) => name.trim())).filter((name) => name !== "");
}

beforeAll(async () => {
  machine = await OwnMachine.make();
  before = await onHypervisor();
  await well(["npm", "install", "--no-audit", "--no-fund"], { limitSeconds: 300, outside: true });
});
afterAll(() => machine?.remove());

// One story: each test goes on where the one before it ended.
describe("a Pulumi of your own, and a libvirt daemon that is reached by SSH", () => {
  test("pulumi stack init, pulumi up: the lab is built, and the guest moved", async () => {
    await well(["pulumi", "stack", "init", "dev"]);
    await well(["pulumi", "config", "set", "hypervisor", await machine.openSsh()]);
    // Of another machine nobody can try it.
    await well(["pulumi", "config", "set", "acceleration", "tcg"]);
    await well(["pulumi", "up", ...quietly], { limitSeconds: 600 });
    expect(guest.parse(await output("guest")).runningOn).toBe("target");
    const move = migration.parse(await output("migration"));
    expect(move).toMatchObject({ moved: true, from: "source" });
    expect(move.proofs.filter(({ verdict }) => verdict !== "proved")).toEqual([]);
  });

  test("nothing to do at a second pulumi up", async () => {
    const again = await well(["pulumi", "up", ...quietly], { limitSeconds: 120 });
    expect(again).toMatch(/Resources:\s+\d+ unchanged\n/);
  });

  test("pulumi destroy leaves nothing on the hypervisor", async () => {
    await well(["pulumi", "destroy", ...quietly], { limitSeconds: 180 });
    expect(await onHypervisor()).toEqual(before);
  });
});

describe("three machines that somebody has", { tags: "long" }, () => {
  let settings: string[];
  let asFound: string[];
  let on: (server: string, command: string) => Promise<string>;
  const servers = ["nfs", "source", "target"];
  /** Each file of settings, and what is mounted and exported. Packages that were installed, and what they keep for themselves, stay. */
  const settingsOf = async () => {
    // libvirt writes its own filters when it starts for the first time.
    const files =
      "find /etc /root/.ssh -xdev \\( -path /etc/rtslib-fb-target -o -path /etc/libvirt/nwfilter \\) -prune -o -type f -print0";
    const look = `${files} | xargs -0 md5sum | sort -k 2; grep -E ' (nfs4|fuse.glusterfs) ' /proc/mounts; cat /var/lib/nfs/etab; ls /sys/class/iscsi_session`;
    const found = await Promise.all(servers.map((server) => on(server, `{ ${look}; } 2> /dev/null || true`)));
    return found.flatMap((text, index) => text.split("\n").map((line) => `${servers[index]}: ${line}`));
  };
  const changedSince = async (before: readonly string[]) => {
    const now = await settingsOf();
    return [
      ...before.filter((line) => !now.includes(line)).map((line) => `before: ${line}`),
      ...now.filter((line) => !before.includes(line)).map((line) => `now: ${line}`),
    ];
  };
  const up = (...more: string[]) => [
    "./lab",
    "up",
    "existing",
    "--json",
    ...[...settings, ...more].flatMap((setting) => ["-c", setting]),
  ];

  beforeAll(async () => {
    // ./lab has a way of its own to install the packages, and goes it once.
    await well(["./lab", "--version"], { limitSeconds: 300, outside: true });
    const cwd = "test/lab/three-machines";
    await well(["pulumi", "stack", "init", "own"], { cwd });
    await well(["pulumi", "up", ...quietly], { cwd, limitSeconds: 300 });
    const shown = await well(["pulumi", "stack", "output", "machines", "--json", "--show-secrets"], { cwd });
    const machines = z.array(hostConnection).parse(JSON.parse(shown));
    const keyFile = join(machine.clone, "..", "their-key");
    await writeFile(keyFile, machines[0]?.privateKey ?? "", { mode: 0o600 });
    const withKey = ["-i", keyFile, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"];
    on = (server, command) => {
      const address = machines.find(({ name }) => name === server)?.address ?? "";
      return well(["ssh", ...withKey, `root@${address}`, command]);
    };
    // A test that begins by hand can run alone.
    for (const { name } of machines)
      await vi.waitFor(() => on(name, "true"), { timeout: 180_000, interval: 2_000 });
    settings = machines.flatMap(({ name, address, hostKey }) => [
      `${name}Address=root@${address}`,
      `${name}HostKey=${hostKey}`,
    ]);
    settings.push(`sshPrivateKeyFile=${keyFile}`, "guestAddress=10.77.0.60/24");
  });

  test("./lab up existing configures them and moves the guest; again, nothing changes", async () => {
    asFound = await settingsOf();
    const result = await machine.run(up(), { limitSeconds: 600 });
    expect(result.exitCode, result.all).toBe(0);
    expect(result.stdout).toContain('"runningOn":"target"');
    expect(result.all).not.toContain('"verdict":"failed"');
    const again = await machine.run(["./lab", "pulumi", "--lab", "existing", "up", ...quietly], {
      limitSeconds: 120,
    });
    expect(again.all).toMatch(/Resources:\s+\d+ unchanged\n/);
  });

  test("a key that one host stole lets nobody in from elsewhere", async () => {
    const login = "ssh -o BatchMode=yes -o ConnectTimeout=10 root@target true && echo in";
    expect(await on("source", login)).toBe("in");
    const key = await on("source", "cat /root/.ssh/kvm-migration-lab");
    const known = await on("source", "cat /root/.ssh/kvm-migration-lab.known_hosts");
    const stolen = `umask 077; printf '%s\\n' '${key}' > /run/stolen; printf '%s\\n' '${known}' > /run/known`;
    const options = "-i /run/stolen -o UserKnownHostsFile=/run/known -o BatchMode=yes -o ConnectTimeout=10";
    const tried = await on(
      "nfs",
      `${stolen}; ssh ${options} root@target true 2>&1; rm /run/stolen /run/known`,
    );
    expect(tried).toMatch(/Permission denied/);
  });

  test("./lab down existing does not unmount what is in use, and says who uses it", async () => {
    const user = "systemd-run --quiet --unit user --working-directory /var/lib/libvirt/images sleep 600";
    await on("source", user);
    const busy = await machine.run(["./lab", "down", "existing"], { limitSeconds: 180 });
    expect(busy.exitCode, busy.all).not.toBe(0);
    expect(busy.all).toMatch(/KVM-467 on source: .*busy/);
    await on("source", "systemctl stop user");
  });

  test("./lab down existing removes the guest, and gives the machines back as they were found", async () => {
    const down = await machine.run(["./lab", "down", "existing"], { limitSeconds: 300 });
    expect(down.exitCode, down.all).toBe(0);
    expect(await onHypervisor()).toEqual(expect.arrayContaining(["own-nfs", "own-source", "own-target"]));
    expect(await changedSince(asFound)).toEqual([]);
    expect(await on("nfs", "ls /migration/guest")).toContain("disk.qcow2");
  });

  test("./lab up existing hides no files that are where the share is to be mounted", async () => {
    const file = "/var/lib/libvirt/images/theirs.qcow2";
    await on("target", `touch ${file}`);
    const refused = await machine.run(up(), { limitSeconds: 300 });
    expect(refused.exitCode, refused.all).not.toBe(0);
    expect(refused.all).toMatch(/KVM-468 on target: .*theirs\.qcow2/);
    await on("target", `rm ${file}`);
    const down = await machine.run(["./lab", "down", "existing"], { limitSeconds: 300 });
    expect(down.exitCode, down.all).toBe(0);
    expect(await changedSince(asFound)).toEqual([]);
  });

  test("./lab up existing with names by DNS asks theirs, too; ./lab down takes all of that back", async () => {
    // Each has a name server of its own, which knows a name of theirs.
    const theirs = "search example\nnameserver 127.0.0.1\n";
    const dnsmasq = (unit: string, address: string) =>
      `systemd-run --quiet --unit ${unit} dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --bind-interfaces --listen-address=${address} --host-record=printer.example,192.0.2.9`;
    for (const server of servers)
      await on(server, `printf '${theirs}' > /etc/resolv.conf; ${dnsmasq("their-names", "127.0.0.1")}`);

    await on("nfs", dnsmasq("more-names", "10.77.0.2"));
    const refused = await machine.run(up("names=dns"), { limitSeconds: 300 });
    expect(refused.exitCode, refused.all).not.toBe(0);
    expect(refused.all).toMatch(
      /KVM-463 on nfs: .*dnsmasq \(process \d+, more-names\.service\) listens at 10\.77/,
    );
    expect(`${await on("target", "cat /etc/resolv.conf")}\n`).toBe(theirs);
    await on("nfs", "systemctl stop more-names");

    const result = await machine.run(up("names=dns"), { limitSeconds: 600 });
    expect(result.exitCode, result.all).toBe(0);
    expect(result.stdout).toContain('"runningOn":"target"');
    expect(result.all).not.toContain('"verdict":"failed"');
    const found =
      "getent ahostsv4 target.lab.internal; getent hosts printer; grep -c migration-lab /etc/hosts";
    expect(await on("source", `${found} || true`)).toMatch(
      /^10\.77\.0\.4 +STREAM[\s\S]*\n192\.0\.2\.9 +printer\.example\n0$/,
    );
    const down = await machine.run(["./lab", "down", "existing"], { limitSeconds: 300 });
    expect(down.exitCode, down.all).toBe(0);
    for (const server of servers) {
      const left =
        "cat /etc/resolv.conf; ls -d /etc/*kvm-migration-lab*dnsmasq* /etc/systemd/system/*dnsmasq*";
      expect(`${await on(server, `${left} 2> /dev/null || true`)}\n`).toBe(theirs);
    }
    expect(await on("nfs", "systemctl is-active their-names")).toBe("active");
  });

  test("./lab up existing with iSCSI logs them in and moves the guest; ./lab down logs them out, and keeps the disk", async () => {
    const before = await settingsOf();
    const result = await machine.run(up("storage=iscsi"), { limitSeconds: 600 });
    expect(result.exitCode, result.all).toBe(0);
    expect(result.stdout).toContain('"runningOn":"target"');
    expect(result.all).not.toContain('"verdict":"failed"');
    // The number of its LUN comes from its address, 10.77.0.60.
    expect(await on("target", "virsh domblklist guest")).toMatch(/-iscsi-iqn\.\S+-lun-10$/m);
    const down = await machine.run(["./lab", "down", "existing"], { limitSeconds: 300 });
    expect(down.exitCode, down.all).toBe(0);
    expect(await changedSince(before)).toEqual([]);
    expect(await on("nfs", "ls /migration/guest")).toContain("disk.raw");
  });

  test("./lab up existing with GlusterFS makes a volume on all three, and leaves the package's settings; not where one has a pool", async () => {
    // As a glusterd of somebody's own has it that was started once.
    const info = "/var/lib/glusterd/glusterd.info";
    await on("target", `echo UUID=6b1f7a52-92d5-4bd0-9ad3-1d2b5d1f7a01 > ${info}`);
    const wanted = up("storage=glusterfs", "names=dns");
    const refused = await machine.run(wanted, { limitSeconds: 300 });
    expect(refused.exitCode, refused.all).not.toBe(0);
    expect(refused.all).toMatch(/KVM-460 on target: .*the identity 6b1f7a52/);
    expect(await on("source", `ls ${info} 2> /dev/null || echo untouched`)).toBe("untouched");
    await on("target", `rm ${info}`);

    const settings = "md5sum /etc/glusterfs/glusterd.vol; dpkg-divert --list '*gsyncd*'";
    const packaged = await on("source", settings);
    const mounted = "grep -c kvm-migration-lab /etc/fstab; findmnt /var/lib/libvirt/images || true";
    const result = await machine.run(wanted, { limitSeconds: 600 });
    expect(result.exitCode, result.all).toBe(0);
    expect(result.stdout).toContain('"runningOn":"target"');
    expect(result.all).not.toContain('"verdict":"failed"');
    expect(await on("source", settings)).toBe(packaged);
    const down = await machine.run(["./lab", "down", "existing"], { limitSeconds: 300 });
    expect(down.exitCode, down.all).toBe(0);
    expect(await on("source", mounted)).toBe("0");
    // The volume stays, with the guest's disk on each of its bricks.
    const left =
      "virsh list --all --name; gluster volume info migration | grep -c '^Brick[1-3]:'; ls /migration/brick/guest";
    expect(await on("target", left)).toMatch(/^\n?3\n[\s\S]*disk\.qcow2/);
  });
});
