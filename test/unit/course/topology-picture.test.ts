import { XMLValidator } from "fast-xml-parser";
import { expect, test } from "vitest";
import { workbookTexts } from "../../../cli/workbook-texts";
import { topologyPicture } from "../../../course/topology-picture";
import { checkSettings } from "../../../stacks/settings";
import { topologyOf } from "../../../stacks/topology/topology";

const { words } = workbookTexts.en.picture;
const pictureOf = (settings: Readonly<Record<string, unknown>>) =>
  topologyPicture(topologyOf(checkSettings(settings)), words);
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
/** Left and right edge of each box. */
const boxesOf = (svg: string) =>
  [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"/g)].map(([, x, , width]) => [
    Number(x),
    Number(x) + Number(width),
  ]);

test("the course's lab: three servers with their addresses, the network, the guest and where it is to move", () => {
  const svg = pictureOf({ guestRunsOn: "target" });
  expect(XMLValidator.validate(svg)).toBe(true);
  expect(textsOf(svg)).toEqual(
    expect.arrayContaining(["nfs", "10.77.0.2", "NFS server: /migration", "source", "target", "KVM host"]),
  );
  expect(textsOf(svg)).toContain("Network 10.77.0.0/24");
  expect(textsOf(svg).filter((text) => text === "guest")).toHaveLength(2);
  expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
  expect(textsOf(svg)).toContain("live move");
});

test("a guest that stays has no arrow", () => {
  const svg = pictureOf({ guestRunsOn: "source" });
  expect(svg).not.toContain("stroke-dasharray");
  expect(textsOf(svg)).not.toContain("live move");
});

test("more hosts and guests: everything stays inside, and a long name fits its box", () => {
  const hosts = ["source", "target", "third", "fourth", "fifth"];
  const guests = [
    { name: "a-name-that-is-longer-than-its-box", runsOn: "fifth" },
    { name: "db", startsOn: "third" },
    { name: "web", startsOn: "third", runsOn: "source" },
  ];
  const svg = pictureOf({ hosts, guests, names: "dns" });
  expect(XMLValidator.validate(svg)).toBe(true);
  const [, width = 0, height = 0] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)?.map(Number) ?? [];
  for (const [left = -1, right = 1e9] of boxesOf(svg))
    expect([left >= 0, right <= width]).toEqual([true, true]);
  for (const [, y] of svg.matchAll(/ y="([\d.]+)"/g)) expect(Number(y)).toBeLessThan(height);
  expect(textsOf(svg)).toEqual(expect.arrayContaining([...hosts, "db", "web", "name server"]));
  expect(textsOf(svg)).toContain("a-name-that-is-long…");
});

test.each(["iscsi", "glusterfs"])("storage by %s is called so", (storage) => {
  expect(textsOf(pictureOf({ storage })).join("\n")).toMatch(storage === "iscsi" ? /iSCSI/ : /GlusterFS/);
});
