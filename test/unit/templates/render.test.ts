import fc from "fast-check";
import { XMLParser } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { render } from "../../../templates/render";

const exports = { path: "/migration", clients: "10.0.0.3(rw)" };

describe("render", () => {
  it("fails when a variable is missing, and names it", () => {
    const { path } = exports;
    expect(() => render("nfs/exports", { path })).toThrow(
      /KVM-108[\s\S]*nfs\/exports\.hbs[\s\S]*clients is missing/,
    );
  });

  it("fails when a variable is never used, and names it", () => {
    expect(() => render("nfs/exports", { ...exports, colour: "red" })).toThrow(/colour is never used/);
  });

  it("counts a variable of a condition as used", () => {
    expect(() => render("machine/domain.xsl", { uuid: "" })).toThrow(/isolated is missing/);
  });

  it("takes no variables that every object has", () => {
    expect(() => render("nfs/exports", { ...exports, constructor: "x" })).toThrow(
      /constructor is never used/,
    );
  });

  it("takes empty texts, zero and false as values", () => {
    expect(
      render("machine/domain.xsl", { uuid: "", isolated: false, cpuModel: "", withoutNx: false }),
    ).not.toContain("unsafe<");
    expect(render("host/ssh-config", { name: "", patterns: "", port: 0 })).toContain("Port 0\n");
  });

  it("leaves values of plain files as they are", () => {
    expect(render("machine/meta-data", { instanceId: "a&b<c>'\"=`", hostName: "x" })).toContain(
      "instance-id: a&b<c>'\"=`\n",
    );
  });

  it("gives XML back every value as it was", () => {
    const text = fc.stringMatching(/^[ -~]{1,60}$/).filter((value) => value.trim() === value);
    const parser = new XMLParser({
      ignoreAttributes: false,
      htmlEntities: true,
      parseTagValue: false,
      trimValues: false,
    });
    fc.assert(
      fc.property(text, text, (cmdline, bridge) => {
        const xml = render("guest/domain.xml", {
          type: "qemu",
          emulated: true,
          isolated: false,
          uuid: "",
          cpuModel: "",
          name: "guest",
          machine: "pc-q35-7.2",
          memoryMiB: 128,
          ramKiB: 131_080,
          folder: "/images",
          disk: "",
          cmdline,
          mac: "52:54:00:77:00:50",
          bridge,
        });
        const { domain } = parser.parse(xml);
        expect(domain.os.cmdline).toBe(cmdline);
        expect(domain.devices.interface.source["@_bridge"]).toBe(bridge);
      }),
    );
  });
});
