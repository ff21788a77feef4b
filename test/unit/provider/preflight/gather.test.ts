import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { wholeScript } from "../../../../components/remote-script";
import { ProviderError } from "../../../../provider/errors/provider-error";
import type { HostConnection } from "../../../../provider/host/host-connection";
import { seenAt } from "../../../../provider/host/hosts-of-guest";
import { gather, type PreflightQuestion } from "../../../../provider/preflight/gather";
import { type InspectionContext, inspectHost } from "../../../../provider/preflight/inspect-host";
import { runPreflight } from "../../../../provider/preflight/run-preflight";
import { ScriptSandbox } from "../../templates/script-sandbox";
import * as texts from "./sample-texts";

/** Answers each command from a file: those that it is given, or those that it reads. */
const virsh = `
if [ $# -gt 0 ]; then printf '%s\\n' "$1" | sed 's/; /\\n/g' > "$root/typed"; exec < "$root/typed"; fi
while read -r command rest; do
  if [ "$command $rest" = "list --all" ]; then command=table; fi
  if [ "$command" = hypervisor-cpu-compare ]; then command=compare; fi
  if [ "$command" = echo ]; then echo "$rest"
  elif [ -e "$root/virsh/$command" ]; then cat "$root/virsh/$command"
  else echo "error: failed to get domain 'guest'" >&2; fi
done`;

/** What a port that nobody listens on says to sshd. */
const closed = () =>
  new ProviderError({
    code: "KVM-407",
    expected: "a connection",
    found: "(SSH) Channel open failure: Connection refused",
    fix: "listen there",
    cause: Object.assign(new Error("refused"), { reason: 2 }),
  });

const table = (rows: string) => ` Id   Name    State\n-----------------------\n${rows}\n`;
const hostConnection = (name: string): HostConnection => ({
  name,
  address: name,
  port: 22,
  user: "root",
  privateKey: "k",
  hostKey: "h",
});

/** The move from source to target, both of them seen. */
async function seen(context: InspectionContext): Promise<PreflightQuestion> {
  const [source, target] = [hostConnection("source"), hostConnection("target")];
  const at = (connection: HostConnection) => ({
    connection,
    inspection: seenAt(inspections, connection.name),
  });
  const hosts = [source, target];
  const inspections = await Promise.all(hosts.map((host) => inspectHost(host, hosts, "guest", context)));
  return { guest: "guest", source: at(source), target: at(target) };
}

describe("the scripts of preflight, run by a real shell with stand-ins for what they call", () => {
  const boxes = new Map<string, ScriptSandbox>();
  let share: ScriptSandbox;
  const box = (name: string): ScriptSandbox => {
    const found = boxes.get(name);
    if (found) return found;
    throw new Error(`no sandbox ${name}`);
  };
  const definition = (parts?: texts.DefinitionParts) =>
    texts
      .definition(parts)
      .replaceAll(texts.imagesFolder, share.root)
      .replaceAll(texts.emulator, `${share.root}/emulator`);

  beforeEach(() => {
    share = new ScriptSandbox();
    for (const file of ["disk.qcow2", "vmlinux", "initrd.img"]) share.write(`guest/${file}`, "");
    share.write("emulator", "");
    for (const [name, address, other, otherAddress] of [
      ["source", "10.77.0.11", "target", "10.77.0.12"],
      ["target", "10.77.0.12", "source", "10.77.0.11"],
    ] as const) {
      const sandbox = new ScriptSandbox();
      boxes.set(name, sandbox);
      for (const folder of [
        "etc/libvirt",
        "var/lib/libvirt/qemu",
        "var/log/libvirt",
        "run",
        "sys/class/net/br0/bridge",
      ])
        sandbox.folder(folder);
      sandbox.write(
        "etc/libvirt/qemu.conf",
        // The share of these tests lies on whatever file system this machine has.
        `# migration_host = "x"\nmigration_address = "0.0.0.0"\nshared_filesystems = [\n  "${share.root}"\n]\n`,
      );
      sandbox.write("proc/meminfo", texts.kernel().split("processor")[0] ?? "");
      sandbox.write("proc/cpuinfo", `processor${texts.kernel().split("processor")[1]}processor\t: 1\n`);
      sandbox.write("proc/sys/kernel/random/boot_id", `boot-of-${name}\n`);
      sandbox.write("virsh/version", texts.version());
      sandbox.write("virsh/hostname", `${name}\n\n`);
      sandbox.write("virsh/list", name === "source" ? `${texts.uuid} guest   \n\n` : "\n");
      sandbox.write("virsh/table", table(name === "source" ? " 3    guest   running\n" : ""));
      sandbox.write("virsh/net-list", "\n");
      sandbox.write("virsh/domstats", texts.disksOf("guest", 1));
      sandbox.write("virsh/capabilities", texts.capabilities(["qemu"], name));
      sandbox.write("virsh/secret-list", texts.secrets());
      sandbox.write("virsh/nwfilter-list", texts.filters);
      sandbox.write("virsh/snapshot-list", "\n");
      sandbox.write("virsh/checkpoint-list", "\n");
      sandbox.write("virsh/blockjob", "No current block job for vda\n");
      sandbox.write("sys/devices/system/cpu/online", "0-3\n");
      sandbox.write("sys/devices/system/node/online", "0\n");
      sandbox.write(
        "proc/net/tcp",
        "  sl  local_address rem_address   st\n   0: 00000000:0016 00000000:0000 0A\n   1: 0B004D0A:170C 0C004D0A:0016 01\n",
      );
      sandbox.write("addresses", texts.addresses(address));
      sandbox.write("getent", texts.getent(otherAddress, other));
      sandbox.standIn("virsh", virsh);
      sandbox.standIn("ip", 'cat "$root/addresses"');
      sandbox.standIn("getent", 'cat "$root/getent"');
      sandbox.standIn("bash", 'echo "bash: line 1: /dev/tcp: Connection refused" >&2; exit 1');
      sandbox.standIn("ssh", "echo command-begins; echo boot-is-boot-of-target; echo libvirt-is-there");
      sandbox.standIn("qemu-img", `cat << END\n${texts.chain}END`);
    }
    box("source").write(
      "virsh/dominfo",
      `Name:  guest\nUUID:  ${texts.uuid}\nState:  running\nPersistent:  yes\n`,
    );
    box("source").write("virsh/domstate", "running (booted)\n\n");
    box("source").write("virsh/domjobinfo", "Job type:         None        \n\n");
    box("source").write("virsh/dumpxml", definition());
  });
  afterEach(() => {
    for (const sandbox of [share, ...boxes.values()]) sandbox.remove();
  });

  const asked: string[] = [];
  const context: InspectionContext = {
    signal: new AbortController().signal,
    pool: {
      connect: async () => undefined as never,
      openTcp: async () => Promise.reject(closed()),
      run: async () => Promise.reject(new Error("nothing is run")),
      async virsh(host, commands) {
        return commands.map((command) => {
          const { stdout, stderr } = box(host.name).runText(`virsh << 'END'\n${command}\nEND\n`);
          return { out: stdout, err: stderr };
        });
      },
      async shell(host, script, args, options) {
        options.onBegun?.();
        return (await this.script(host, script, args, options)).stdout;
      },
      async script(host, script, args) {
        asked.push(host.name);
        const { exitCode, stdout, stderr } = box(host.name).runText(
          wholeScript(args, box(host.name).below(script)),
        );
        return { exitCode: exitCode ?? 255, stdout, stderr };
      },
    },
  };

  test("a healthy lab passes, and no token stays behind", async () => {
    asked.length = 0;
    const { failures, facts, evaluations } = await runPreflight(await seen(context), context);
    expect(failures.map(({ message }) => message)).toEqual([]);
    expect(evaluations.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
    expect(facts.storage.target.tokens?.get(`${share.root}/guest`)).toBe("seen");
    expect(facts.target.listeners).toEqual([{ address: undefined, port: 22 }]);
    expect([...facts.target.cpus]).toEqual([0, 1, 2, 3]);
    // Both hosts; then the way's SSH, and the token's two ends.
    expect(asked).toHaveLength(5);
    expect(share.runText(`ls -A ${share.root}/guest`).stdout).toBe("disk.qcow2\ninitrd.img\nvmlinux\n");
  });

  test("a medium that is only read is compared by its content, and no token is written beside it", async () => {
    const iso = `${share.root}/iso/seed.iso`;
    const drive = `<disk type='file' device='cdrom'><source file='${iso}'/><target dev='sda'/><readonly/></disk>`;
    share.write("iso/seed.iso", "CD001 of the twelfth");
    box("source").write("virsh/dumpxml", definition({ devices: drive }));
    const { failures, facts } = await runPreflight(await seen(context), context);
    expect(failures.map(({ message }) => message)).toEqual([]);
    expect(facts.storage.target.contents.get(iso)).toMatch(/^20 [0-9a-f]{32}$/);
    expect([...(facts.storage.source.tokens?.keys() ?? [])]).toEqual([`${share.root}/guest`]);
  });

  describe("a disk that is a volume of a pool", () => {
    const inPool = "<disk type='volume' device='disk'><driver name='qemu' type='raw' cache='none'/>";
    const disk = `${inPool}<source pool='my pool' volume='it&apos;s web1.img'/><target dev='vdb'/></disk>`;
    const volume = (path: string, type = "file") =>
      `<volume type='${type}'><name>v</name><target><path>${path}</path><format type='raw'/></target></volume>\n\n`;
    beforeEach(() => {
      box("source").write("virsh/dumpxml", definition({ devices: disk }));
      share.write("pool/web1.img", "");
    });

    test("is the file that libvirt on both hosts says it is, and proved as one", async () => {
      for (const name of ["source", "target"])
        box(name).write("virsh/vol-dumpxml", volume(`${share.root}/pool/web1.img`));
      const { failures, facts } = await runPreflight(await seen(context), context);
      expect(failures.map(({ message }) => message)).toEqual([]);
      expect(facts.onSource.definition?.disks.at(-1)).toMatchObject({
        kind: "file",
        path: `${share.root}/pool/web1.img`,
      });
      expect(facts.storage.target.tokens?.get(`${share.root}/pool`)).toBe("seen");
      expect(
        box("target")
          .takeCalls()
          .filter((call) => call.startsWith("virsh echo")),
      ).toEqual([expect.stringContaining(`; vol-dumpxml --pool 'my pool' --vol 'it'"'"'s web1.img'`)]);
    });

    test("is refused where the target's pool lacks it, with what to do there", async () => {
      box("source").write("virsh/vol-dumpxml", volume(`${share.root}/pool/web1.img`));
      box("target").write(
        "virsh/vol-dumpxml",
        "error: failed to get vol 'v'\nerror: Storage volume not found\n",
      );
      const { failures } = await runPreflight(await seen(context), context);
      expect(failures.map(({ facts }) => facts)).toMatchObject([
        {
          code: "KVM-621",
          host: "target",
          found:
            "vdb: volume it's web1.img of pool my pool on target: failed to get vol 'v'; Storage volume not found",
          fix: expect.stringContaining("virsh pool-refresh 'my pool'"),
        },
      ]);
    });

    test("is refused where it is another file on the target", async () => {
      box("source").write("virsh/vol-dumpxml", volume(`${share.root}/pool/web1.img`));
      box("target").write("virsh/vol-dumpxml", volume("/mnt/web1.img"));
      const { failures } = await runPreflight(await seen(context), context);
      expect(failures.map(({ facts }) => facts.code)).toEqual(["KVM-621"]);
      expect(failures[0]?.facts.found).toContain("and /mnt/web1.img (file) on target");
    });
  });

  test("where the source's sshd forwards nothing, its shell tries the ports", async () => {
    const prohibited = Object.assign(new Error("prohibited"), { reason: 1 });
    const facts = { expected: "a connection", found: "open failed", fix: "allow it" };
    const openTcp = () => Promise.reject(new ProviderError({ code: "KVM-407", ...facts, cause: prohibited }));
    const shell = { ...context, pool: { ...context.pool, openTcp } };
    const { reach: way } = await gather(await seen(shell), shell);
    expect(way.ports.map(({ answer }) => answer)).toEqual(["closed", "closed"]);
    expect(
      box("source")
        .takeCalls()
        .filter((call) => call.startsWith("bash")),
    ).toHaveLength(2);
  });

  test("a connection to the source that breaks is no port that is silent", async () => {
    const facts = { expected: "a connection", found: "the SSH connection closed", fix: "again" };
    const openTcp = () => Promise.reject(new ProviderError({ code: "KVM-407", ...facts }));
    const broken = { ...context, pool: { ...context.pool, openTcp } };
    await expect(gather(await seen(broken), broken)).rejects.toMatchObject({ facts: { code: "KVM-407" } });
  });

  test("a processor with a model's name is compared by libvirt", async () => {
    const cpu = "<cpu mode='custom' match='exact' check='full'><model>EPYC</model></cpu>";
    box("source").write("virsh/dumpxml", definition({ cpu }));
    box("target").write(
      "virsh/compare",
      "error: the CPU is incompatible with host CPU: Host CPU does not provide required features: avx2\n",
    );
    const { failures } = await runPreflight(await seen(context), context);
    expect(failures.map(({ facts }) => facts.code)).toEqual(["KVM-625"]);
    expect(failures[0]?.facts.found).toContain("lacks avx2");
  });

  test("a name that no name server has told is looked into: each is asked, and the domains are read", async () => {
    box("source").write(
      "etc/resolv.conf",
      "# mine\nsearch a.example b.example\nnameserver 192.0.2.53\nnameserver 192.0.2.54",
    );
    box("source").write(
      "etc/hosts",
      "127.0.0.1 localhost\n# 192.0.2.7 target\n192.0.2.8 other # target\n192.0.2.9 x\ttarget\n",
    );
    box("source").write("etc/nsswitch.conf", "passwd: files\nhosts: files [!UNAVAIL=return] dns\n");
    box("source").standIn("getent", "exit 2");
    box("source").standIn(
      "timeout",
      'case "$*" in *192.0.2.53*) exit 142 ;; *192.0.2.54*) exit 1 ;; *) shift; exec "$@" ;; esac',
    );
    const { source, target } = await gather(await seen(context), context);
    expect(source.lookup).toEqual({
      nameServers: ["192.0.2.53", "192.0.2.54"],
      search: ["a.example", "b.example"],
      hostsLines: ["192.0.2.9 x target"],
      sources: ["files", "dns"],
      answers: new Map([
        ["192.0.2.53", "is silent"],
        ["192.0.2.54", "refuses"],
      ]),
    });
    // Where every name was resolved, nobody is asked.
    expect(target.lookup.answers.size).toBe(0);
  });

  test("libvirt's own name of target is resolved from source where it is another one", async () => {
    box("target").write("virsh/hostname", "target.lab.internal\n\n");
    const { migrationNameResolvesTo } = await gather(await seen(context), context);
    expect(migrationNameResolvesTo).toEqual(["10.77.0.12"]);
    expect(box("source").takeCalls()).toContain("getent ahosts target.lab.internal");
  });

  test("a share that target does not see is found, and the token removed by the source", async () => {
    const script = context.pool.script;
    const apart: InspectionContext = {
      ...context,
      pool: {
        ...context.pool,
        script: (host, text, args, options) =>
          script(
            host,
            host.name === "target" ? text.replaceAll(".kvmlab-preflight-", ".elsewhere-") : text,
            args,
            options,
          ),
      },
    };
    const { failures } = await runPreflight(await seen(apart), apart);
    expect(failures.map(({ facts }) => facts.code)).toEqual(["KVM-621"]);
    expect(share.runText(`ls -A ${share.root}/guest`).stdout).toBe("disk.qcow2\ninitrd.img\nvmlinux\n");
  });

  test("a share that does not answer is a failure of its own, not an error of SSH", async () => {
    const script = context.pool.script;
    const late = new ProviderError({ code: "KVM-405", expected: "an end", found: "none", fix: "wait" });
    const stuck: InspectionContext = {
      ...context,
      pool: {
        ...context.pool,
        script: async (host, text, args, options) => {
          if (text.includes(".kvmlab-preflight-") && host.name === "target") throw late;
          return script(host, text, args, options);
        },
      },
    };
    const { failures } = await runPreflight(await seen(stuck), stuck);
    expect(failures.map(({ facts }) => [facts.code, facts.host])).toEqual([["KVM-621", "target"]]);
  });

  test("silence of libvirt is never taken for absence", async () => {
    box("target").standIn("virsh", "echo 'error: failed to connect to the hypervisor' >&2; exit 1");
    await expect(seen(context)).rejects.toMatchObject({
      facts: { code: "KVM-610", host: "target" },
    });
  });

  test("another range of ports on target is tried instead", async () => {
    box("target").write("etc/libvirt/qemu.conf", "migration_port_min = 50000\nmigration_port_max = 50010\n");
    const { reach: way } = await gather(await seen(context), context);
    expect(way.ports.map(({ port, answer }) => [port, answer]).sort()).toEqual([
      [50_000, "closed"],
      [50_010, "closed"],
    ]);
  });
});
