import { expect, test } from "vitest";
import {
  expandTokens,
  keysInKnownHosts,
  knownHostsName,
  parseJump,
  parseSshConfig,
} from "../../../../provider/host/ssh-config";

test.each([
  ["gate", { host: "gate" }],
  ["john.doe@gate:2222", { user: "john.doe", host: "gate", port: 2222 }],
  ["fd00:1::5", { host: "fd00:1::5" }],
  ["root@fd00::5", { user: "root", host: "fd00::5" }],
  ["[fd00::5]:22", { host: "fd00::5", port: 22 }],
  ["ssh://root@[fd00::5]:2222/", { user: "root", host: "fd00::5", port: 2222 }],
  ["ssh://gate/", { host: "gate" }],
])("the jump host %s", (text, parts) => {
  expect(parseJump(text)).toEqual(parts);
});

const config = (...lines: string[]) => parseSshConfig("Web", lines.join("\n"));

test("what ssh -G prints is read, and none means nothing", () => {
  const read = config("hostname fd00::5", "port 2222", "user john.doe", "proxyjump a,b", "proxycommand none");
  expect(read).toMatchObject({ hostname: "fd00::5", port: 2222, user: "john.doe", proxyJump: ["a", "b"] });
  expect(read.proxyCommand).toBeUndefined();
  expect(config("identityfile /keys/%n-%r", "user me", "identityfile none").identityFiles).toEqual([
    "/keys/Web-me",
  ]);
});

test("known_hosts has a host by its alias, else by name and port", () => {
  expect(knownHostsName(config("hostname fd00::5", "port 22"))).toBe("fd00::5");
  expect(knownHostsName(config("hostname Web.example", "port 2222"))).toBe("[web.example]:2222");
  expect(knownHostsName(config("hostname x", "port 2222", "hostkeyalias gate"))).toBe("gate");
});

test("tokens that are not known are named", () => {
  const read = config("hostname h", "port 1", "user u");
  expect(expandTokens("nc %h %p %% %C %T", read)).toEqual({ text: "nc h 1 % %C %T", unknown: ["%C", "%T"] });
});

test("of known_hosts' lines those count that are a host's own keys, and not revoked", () => {
  const lines = [
    "# Host web found: line 1",
    "web ssh-ed25519 AAAA1 comment",
    "web ssh-rsa AAAA2",
    "|1|salt=|hash= ssh-ed25519 AAAA1",
    "@cert-authority *.example ssh-ed25519 AAAA3",
    "@revoked web ssh-rsa AAAA2",
  ];
  expect(keysInKnownHosts(lines.join("\n"))).toEqual(["ssh-ed25519 AAAA1"]);
});
