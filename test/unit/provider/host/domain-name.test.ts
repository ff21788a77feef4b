import fc from "fast-check";
import { expect, test } from "vitest";
import {
  asTyped,
  calledBy,
  domainName,
  domainReference,
  isMeant,
  isUuid,
} from "../../../../provider/host/domain-name";

const uuid = "6695eb01-f6a4-8304-79aa-97f2502e193f";

test("a guest is meant by its UUID or by its name, and virsh takes what looks like a UUID for one", () => {
  expect(isMeant("guest", { name: "guest", uuid })).toBe(true);
  expect(isMeant(uuid.toUpperCase(), { name: "guest", uuid })).toBe(true);
  expect(isMeant(uuid, { name: uuid, uuid: uuid.replace("6", "7") })).toBe(false);
});

test.each([
  "guest",
  "web 01",
  "测试 机",
  "büro-win11",
  "web@prod",
  "17",
  "-guest",
  "--all",
  ".",
  "..",
  "a;b",
  "$(id)",
  'it\'s "quoted"',
  "a\\b",
  "*",
  "😀",
  "测".repeat(83),
])("%j is a name, as libvirt has it", (word) => {
  expect(domainName.safeParse(word).success).toBe(true);
  expect(domainReference.safeParse(word).success).toBe(true);
});

test.each([
  ["", "more than blanks"],
  ["  ", "more than blanks"],
  ["a/b", "without /"],
  ["a\nb", "on one line"],
  ["a\u0007b", "without control characters"],
  ["a ", "no blank at its beginning or end"],
  ["测".repeat(84), "at most 251 bytes"],
  [uuid, "no UUID"],
])("%j is no name to give: %s", (word, why) => {
  const { error } = domainName.safeParse(word);
  expect(error?.issues).toHaveLength(1);
  expect(error?.issues[0]?.message).toContain(why);
});

test("a guest is typed by its name, and by its UUID where virsh would take its name for something else", () => {
  for (const name of ["guest", "web 01", "a;b", "测试"]) expect(asTyped({ name, uuid })).toBe(name);
  for (const name of ["17", "-guest", "--all", uuid]) expect(asTyped({ name, uuid })).toBe(uuid);
});

test("every UUID is a reference, and none is a name", () => {
  fc.assert(
    fc.property(fc.uuid(), (given) => {
      expect(isUuid(given)).toBe(true);
      expect(domainReference.safeParse(given).success).toBe(true);
      expect(domainName.safeParse(given).success).toBe(false);
    }),
  );
});

test("people read the name beside the UUID", () => {
  expect(calledBy("guest", "guest")).toBe("guest");
  expect(calledBy(uuid, "mail")).toBe(`mail (${uuid})`);
  expect(calledBy(uuid, undefined)).toBe(uuid);
});
