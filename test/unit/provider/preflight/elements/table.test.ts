import { describe, expect, test } from "vitest";
import { rules } from "../../../../../provider/preflight";
import { ElementIndex, type Place } from "../../../../../provider/preflight/elements/element-index";
import { elementTable } from "../../../../../provider/preflight/elements/table";
import { known } from "../../../../../provider/preflight/elements/unknown-elements";
import { schemaPaths } from "./schema-paths";

/** Debian's package libvirt0 has it; `./lab test` installs that. */
const schemaFolder = "/usr/share/libvirt/schemas";

/** Every element, every attribute, and every value that the schema lists for one. */
function placesOfSchema(): Place[] {
  return [...schemaPaths(schemaFolder, "domain.rng")].flatMap(([text, attributes]) => {
    const path = text.split("/").filter(Boolean);
    const named = [...attributes].flatMap(([attribute, values]) =>
      values.size === 0 ? [{ path, attribute }] : [...values].map((value) => ({ path, attribute, value })),
    );
    return [{ path }, ...named];
  });
}

const written = ({ path, attribute, value }: Place) =>
  `${path.join("/")}${attribute === undefined ? "" : `@${attribute}`}${value === undefined ? "" : `=${value}`}`;

describe("the element table", () => {
  const places = placesOfSchema();
  const checked = elementTable.flatMap((area) => area.checked.flatMap(({ elements }) => elements));
  const harmless = elementTable.flatMap((area) => area.harmless.flatMap(({ elements }) => elements));

  test("has every element, attribute and value of libvirt's schema", () => {
    expect(places.length).toBeGreaterThan(3_000);
    expect(places.filter((place) => !known.has(place)).map(written)).toEqual([]);
  });

  test("does not say of one thing both that it is checked and that it cannot matter", () => {
    const [matters, cannot] = [new ElementIndex(checked), new ElementIndex(harmless)];
    const both = places.filter(
      (place) => place.attribute !== undefined && matters.has(place) && cannot.has(place),
    );
    expect(both.map(written)).toEqual([]);
  });

  test("names rules that there are", () => {
    const names = new Set(rules.map(({ name }) => name));
    const named = elementTable.flatMap((area) => area.checked.map(({ rule }) => rule));
    expect(named.filter((rule) => !names.has(rule))).toEqual([]);
  });
});
