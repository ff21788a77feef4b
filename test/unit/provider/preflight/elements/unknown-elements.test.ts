import { expect, test } from "vitest";
import { unknownElements } from "../../../../../provider/preflight/elements/unknown-elements";
import { readXml } from "../../../../../provider/preflight/facts/xml-element";
import { device, withDefinition } from "../sample-changes";
import { found, guestOnSource } from "../sample-facts";
import * as texts from "../sample-texts";

const unknownIn = (text: string) => {
  const domain = readXml(text);
  return domain ? unknownElements(domain) : undefined;
};

test("the lab's guest has nothing that is unknown", () => {
  expect(unknownIn(texts.definition())).toEqual([]);
});

test("an element, an attribute and a value that are new are told, each once and by its path", () => {
  const devices = `<teleporter to='mars'><power unit='W'>3</power></teleporter><teleporter to='moon'/>
    <disk type='holographic'><source file='/d' medium='crystal'/><target dev='vdb'/></disk>`;
  expect(unknownIn(texts.definition({ devices }))).toEqual([
    "devices/teleporter",
    "devices/disk@type=holographic",
    "devices/disk/source@medium",
  ]);
});

test("a backing store of a backing store is known as one is", () => {
  const store = (inner: string) =>
    `<backingStore type='file'><format type='qcow2'/><source file='/b'/>${inner}</backingStore>`;
  const devices = `<disk type='file'><source file='/d'/>${store(store(store("<backingStore/>")))}</disk>`;
  expect(unknownIn(texts.definition({ devices }))).toEqual([]);
});

test("what only the definition for the next start has is told as that", () => {
  const xml = texts.definition({ devices: "<teleporter/>" });
  expect(found("KVM-660", { onSource: guestOnSource({ xml }) })).toBe(
    "source: unknown element devices/teleporter, from its next start on",
  );
  const both = { onSource: guestOnSource({ xml, definition: xml }) };
  expect(found("KVM-660", both)).toBe("source: unknown element devices/teleporter");
});

test("a definition without anything unknown says so", () => {
  expect(found("KVM-660", withDefinition({}))).toBe("every element of the definition is known");
  expect(found("KVM-660", device("<vsock model='virtio'><cid auto='yes' address='3'/></vsock>"))).toBe(
    "every element of the definition is known",
  );
});
