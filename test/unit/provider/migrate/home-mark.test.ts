import { expect, test } from "vitest";
import { homeOf, markElement, markNamespace, parseMarks } from "../../../../provider/migrate/home-mark";

const urn = "urn:pulumi:rack::maintenance::kvmlab:index:Drain::kvm1";

test("a mark is read out of libvirt's definition, beside other drains' and other programs' metadata", () => {
  const [own, other] = [markNamespace(urn), markNamespace(`${urn}x`)];
  // As libvirt 9.0 writes it after `virsh metadata --key drain --set`.
  const definition = `<domain type='kvm' id='1'>
  <name>web</name>
  <metadata>
    <os:libosinfo xmlns:os="http://libosinfo.org/xmlns/libvirt/domain/1.0"><os:os id="x"/></os:libosinfo>
    <drain:home xmlns:drain="${own}" host="kvm1"/>
    <drain:home xmlns:drain="${other}" host="kvm2.example"/>
  </metadata>
</domain>`;
  const marks = parseMarks(definition);
  expect(marks).toEqual([
    { by: own, home: "kvm1" },
    { by: other, home: "kvm2.example" },
  ]);
  expect(homeOf({ marks }, own)).toBe("kvm1");
  expect(homeOf({ marks }, markNamespace("another"))).toBeUndefined();
});

test("a definition without any says nothing", () => {
  expect(parseMarks("<domain><name>web</name></domain>")).toEqual([]);
  expect(parseMarks("no XML")).toEqual([]);
});

test("the namespace tells drains apart, and nothing of them", () => {
  expect(markNamespace(urn)).toMatch(/^urn:kvmlab:drain:[0-9a-f]{32}$/);
  expect(markNamespace(urn)).not.toBe(markNamespace("urn:other"));
  expect(markElement("kvm1")).toBe('<home host="kvm1"/>');
});
