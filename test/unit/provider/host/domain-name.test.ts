import fc from "fast-check";
import { expect, test } from "vitest";
import {
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

test.each(["", "a/b", "17", "-guest", "a b", "$(id)", uuid])("%j is no name to give", (word) => {
  expect(domainName.safeParse(word).success).toBe(false);
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
