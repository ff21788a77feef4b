import fc from "fast-check";
import { expect, it } from "vitest";
import { parseLogin } from "../../../stacks/login";

it.each([
  ["root@10.0.0.1", { user: "root", address: "10.0.0.1", port: 22 }],
  ["admin_1@10.0.0.1:2222", { user: "admin_1", address: "10.0.0.1", port: 2222 }],
  ["root@[fe80::1]", { user: "root", address: "fe80::1", port: 22 }],
  ["root@fd00::5", { user: "root", address: "fd00::5", port: 22 }],
  ["john.doe@10.0.0.1", { user: "john.doe", address: "10.0.0.1", port: 22 }],
  ["root@[fe80::1]:2222", { user: "root", address: "fe80::1", port: 2222 }],
])("reads %s", (text, login) => expect(parseLogin(text)).toEqual(login));

it.each([
  "",
  "root",
  "10.0.0.1",
  "root@",
  "@10.0.0.1",
  "root@name",
  "root@10.0.0.256",
  "root@10.1",
  "root@0x7f000001",
  "root@10.0.0.1:",
  "root@10.0.0.1:0",
  "root@10.0.0.1:70000",
  "root@10.0.0.1 ",
  "root; reboot@10.0.0.1",
  "Root@10.0.0.1",
])("does not read %j", (text) => expect(parseLogin(text)).toBeUndefined());

it("reads every IPv4 login that it could have written", () => {
  const user = fc.stringMatching(/^[a-z_][a-z0-9_-]{0,20}$/);
  fc.assert(
    fc.property(user, fc.ipV4(), fc.integer({ min: 1, max: 65_535 }), (name, address, port) => {
      expect(parseLogin(`${name}@${address}:${port}`)).toEqual({ user: name, address, port });
    }),
  );
});
