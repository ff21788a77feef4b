import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { render } from "../../../templates/render";
import { ScriptSandbox } from "./script-sandbox";

const resolver = render("machine/resolv.conf", { address: "10.0.0.2", domain: "lab.internal" }).trimEnd();
const unit = render("machine/wait-for-names.service", { name: "nfs" }).trimEnd();
const block = "10.0.0.2 nfs # kvm-migration-lab\n10.0.0.3 source # kvm-migration-lab";
const wants = "etc/systemd/system/multi-user.target.wants";

let sandbox: ScriptSandbox;
beforeEach(() => {
  sandbox = new ScriptSandbox();
  sandbox.folder(wants);
  sandbox.write("etc/hosts", "127.0.0.1 localhost\n192.0.2.9 printer # mine\n");
  sandbox.write("etc/resolv.conf", "nameserver 192.0.2.53\n");
  for (const program of ["systemctl", "nft"]) sandbox.standIn(program);
});
afterEach(() => sandbox.remove());

function run(script: string, ...args: readonly string[]): string[] {
  const { exitCode, stderr } = sandbox.run(script, args);
  expect([exitCode, stderr]).toEqual([0, ""]);
  return sandbox.takeCalls();
}
const state = () =>
  sandbox.runText(`cd ${sandbox.at("etc")} && find . -type f -exec sha256sum {} + | sort`).stdout;

describe("machine/ask-name-server.sh", () => {
  it("takes the lab's lines out of the hosts file, also broken ones, and leaves the user's", () => {
    run("machine/host-names.sh", block);
    sandbox.write(
      "etc/hosts",
      `#no-name ${sandbox.read("etc/hosts").split("\n").slice(-2)[0]}\n${sandbox.read("etc/hosts")}`,
    );
    run("machine/ask-name-server.sh", resolver, unit);
    expect(sandbox.read("etc/hosts")).toBe("127.0.0.1 localhost\n192.0.2.9 printer # mine\n");
    expect(sandbox.read("etc/resolv.conf")).toBe(`${resolver}\n`);
    expect(sandbox.has(`${wants}/kvm-migration-lab-names.service`)).toBe(true);
  });

  it("changes nothing the second time, and keeps what was there before the first", () => {
    run("machine/ask-name-server.sh", resolver, unit);
    const once = state();
    run("machine/ask-name-server.sh", resolver, unit);
    expect(state()).toBe(once);
    expect(sandbox.read("etc/resolv.conf.before-kvm-migration-lab")).toBe("nameserver 192.0.2.53\n");
  });

  it("has the name server itself wait for nobody at a boot", () => {
    run("machine/ask-name-server.sh", resolver, "");
    expect(sandbox.has(`${wants}/kvm-migration-lab-names.service`)).toBe(false);
  });

  it("is undone by the script of hosts files, which starts no program where there was no name server", () => {
    run("machine/host-names.sh", block);
    const hosts = state();
    run("machine/ask-name-server.sh", resolver, unit);
    expect(run("machine/host-names.sh", block)).toEqual([]);
    expect(state()).toBe(hosts);
    expect(sandbox.has(`${wants}/kvm-migration-lab-names.service`)).toBe(false);
  });
});

describe("nfs/serve-names.sh", () => {
  const config = "listen-address=10.0.0.2";
  const service = "[Service]\nExecStart=/usr/sbin/dnsmasq";
  const records = "10.0.0.2 nfs.lab.internal\n10.0.0.3 source.lab.internal";
  const serve = (names = records) =>
    run("nfs/serve-names.sh", config, service, names, "10.0.0.2").filter((call) =>
      call.startsWith("systemctl"),
    );
  beforeEach(() => sandbox.standIn("dig", "echo 10.0.0.2"));

  it("starts the name server with its records, now and at each boot", () => {
    expect(serve()).toEqual(["systemctl restart dnsmasq"]);
    expect(sandbox.read("etc/dnsmasq.hosts")).toBe(`${records}\n`);
    expect(sandbox.runText(`readlink ${sandbox.at(`${wants}/dnsmasq.service`)}`).stdout).toContain(
      "/etc/systemd/system/dnsmasq.service",
    );
  });

  it("has new records read again without a restart, and starts one that was stopped", () => {
    serve();
    expect(serve()).toEqual(["systemctl start dnsmasq"]);
    expect(serve(`${records}\n10.0.0.4 target.lab.internal`)).toEqual(["systemctl reload dnsmasq"]);
  });

  it("has systemd read a unit again that is another one now", () => {
    serve();
    sandbox.write("etc/systemd/system/dnsmasq.service", "[Service]\nExecStart=/usr/sbin/other\n");
    expect(serve()).toEqual(["systemctl daemon-reload", "systemctl restart dnsmasq"]);
  });

  it("puts records right that somebody changed", () => {
    serve();
    sandbox.write("etc/dnsmasq.hosts", records.replace("10.0.0.3", "10.0.0.9"));
    expect(serve()).toEqual(["systemctl reload dnsmasq"]);
    expect(sandbox.read("etc/dnsmasq.hosts")).toBe(`${records}\n`);
  });

  it("says so under a code when nothing answers", () => {
    sandbox.standIn("dig", "echo ';; connection refused' >&2; exit 9");
    sandbox.standIn("sleep");
    const { exitCode, stderr } = sandbox.run("nfs/serve-names.sh", [config, service, records, "10.0.0.2"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^KVM-456 on \S+: expected the name server at 10\.0\.0\.2 to know nfs\.lab\.internal/,
    );
  });

  it("is undone by the script of hosts files", () => {
    serve();
    run("machine/ask-name-server.sh", resolver, "");
    expect(run("machine/host-names.sh", block)).toEqual([
      "systemctl stop dnsmasq",
      "nft delete table inet kvm-migration-lab-names",
    ]);
    for (const file of ["etc/dnsmasq.conf", "etc/dnsmasq.hosts", "etc/systemd/system/dnsmasq.service"])
      expect(sandbox.has(file)).toBe(false);
  });
});

describe("the words that break a name server", () => {
  const right = "10.0.0.2 nfs.lab.internal\n10.0.0.3 source.lab.internal\n10.0.0.4 target.lab.internal\n";
  const more = ["guest", "/images", "target", "10.0.0.2", "10.0.0.62"];
  beforeEach(() => sandbox.write("etc/dnsmasq.hosts", right));

  it.each([
    ["dns-wrong", "10.0.0.2 target.lab.internal # wrong"],
    ["dns-missing", "#missing 10.0.0.4 target.lab.internal"],
  ])("%s is told to dnsmasq, once, and fixed to the letter", (word, line) => {
    const reloads = "systemctl reload-or-restart dnsmasq";
    expect(run(`break/${word}.sh`, "fix", ...more)).toEqual([]);
    expect(run(`break/${word}.sh`, "break", ...more)).toEqual([reloads]);
    expect(sandbox.read("etc/dnsmasq.hosts").split("\n")).toContain(line);
    expect(run(`break/${word}.sh`, "break", ...more)).toEqual([]);
    expect(run(`break/${word}.sh`, "fix", ...more)).toEqual([reloads]);
    expect(sandbox.read("etc/dnsmasq.hosts")).toBe(right);
  });

  it("dns-stale leaves the right record in the file", () => {
    sandbox.standIn("getent", 'grep "^10.0.0.62 target" "$root/etc/dnsmasq.hosts"');
    run("break/dns-stale.sh", "break", ...more);
    expect(sandbox.read("etc/dnsmasq.hosts")).toBe(right);
    expect(run("break/dns-stale.sh", "fix", ...more)).toEqual(["systemctl reload-or-restart dnsmasq"]);
    expect(run("break/dns-stale.sh", "fix", ...more)).toEqual([]);
  });

  it("dns-search changes the domain, and brings it back", () => {
    sandbox.write("etc/resolv.conf", `${resolver}\n`);
    run("break/dns-search.sh", "break", ...more);
    run("break/dns-search.sh", "break", ...more);
    expect(sandbox.read("etc/resolv.conf").match(/^search .*$/gm)).toEqual(["search lab.invalid"]);
    run("break/dns-search.sh", "fix", ...more);
    expect(sandbox.read("etc/resolv.conf")).toBe(`${resolver}\n`);
  });
});
