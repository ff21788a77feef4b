import { expect, test } from "vitest";
import { carriesAutostart, markAutostart, unmarkAutostart } from "../../../../provider/host/autostart-mark";

const uuid = "6695eb01-f6a4-8304-79aa-97f2502e193f";
const definition = (metadata: string) =>
  `<domain type='kvm'><name>guest</name><metadata>${metadata}</metadata></domain>`;

test("the mark is seen as libvirt writes it, whatever prefix it has, and nothing else is taken for it", () => {
  expect(carriesAutostart(definition('<move:autostart xmlns:move="urn:kvmlab:move"/>'))).toBe(true);
  expect(carriesAutostart(definition("<autostart xmlns='urn:kvmlab:move'/>"))).toBe(true);
  expect(carriesAutostart(definition('<drain:home xmlns:drain="urn:kvmlab:drain:1" host="a"/>'))).toBe(false);
  expect(carriesAutostart(definition("<note>urn:kvmlab:move</note>"))).toBe(false);
});

test("what runs and what libvirt keeps are marked at once, and unmarked each by itself", () => {
  const marked = `metadata ${uuid} urn:kvmlab:move --key move --set <autostart/>`;
  expect(markAutostart(uuid, true)).toBe(`${marked} --live --config`);
  expect(markAutostart(uuid, false)).toBe(`${marked} --config`);
  const removed = `metadata ${uuid} urn:kvmlab:move --remove`;
  expect(unmarkAutostart(uuid, true)).toEqual([`${removed} --live`, `${removed} --config`]);
  expect(unmarkAutostart(uuid, false)).toEqual([`${removed} --config`]);
});
