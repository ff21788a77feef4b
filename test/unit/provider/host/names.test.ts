import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDomainDisks } from "../../../../provider/host/domain-disks";
import { parseInspection } from "../../../../provider/host/domain-on-host";
import { parseDomains, parseList } from "../../../../provider/host/virsh-text";
import { commandOf } from "../../../../provider/migrate/run-migration";
import { anyOptions } from "../migrate/any-options";
import { anyName, anyNames } from "./names";
import { host } from "./sample-views";

/*
 * What virsh prints of guests with any names, and what becomes of such names in a shell.
 */

const states = ["running", "shut off", "paused", "in shutdown"];
const uuidOf = (index: number) => `6695eb01-f6a4-8304-79aa-${String(index).padStart(12, "0")}`;
const identities = (names: readonly string[]) => names.map((name, index) => ({ name, uuid: uuidOf(index) }));

/** Widths of a table's column on a terminal do not matter here: each cell is filled up to the widest, and two blanks more. */
function table(names: readonly string[], shown = (name: string) => name): string {
  const rows = [
    ["Id", "Name", "State"],
    ...names.map((name, index) => [
      index % 2 === 0 ? String(index + 1) : "-",
      shown(name),
      states[index % states.length] ?? "",
    ]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const [head = "", ...lines] = rows.map(
    (row) =>
      ` ${row.map((cell, column) => (column < 2 ? cell.padEnd((widths[column] ?? 0) + 2) : cell)).join(" ")}`,
  );
  return [head, "-".repeat(head.length + 4), ...lines, "", ""].join("\n");
}

const uuidsAndNames = (names: readonly string[]) =>
  `${identities(names)
    .map(({ name, uuid }) => `${uuid.padEnd(36)} ${name.padEnd(30)}`)
    .join("\n")}\n\n`;

const listed = (names: readonly string[]) =>
  names.map((name, index) => ({ name, state: states[index % states.length] }));

describe("virsh's lists", () => {
  test("are read whatever the guests are called", () => {
    fc.assert(
      fc.property(anyNames, (names) => {
        expect(parseDomains(uuidsAndNames(names))).toEqual(identities(names));
        expect(parseList(table(names), identities(names))).toEqual(listed(names));
      }),
    );
  });

  test("are read where the host has no locale that prints the names", () => {
    const escaped = (name: string) =>
      name.replace(/[^ -~]/gu, (letter) =>
        [...Buffer.from(letter)].map((byte) => `\\x${byte.toString(16)}`).join(""),
      );
    fc.assert(
      fc.property(anyNames, (names) => {
        expect(parseList(table(names, escaped), identities(names))).toEqual(listed(names));
      }),
    );
  });

  test("name the guests of disks", () => {
    fc.assert(
      fc.property(anyNames, (names) => {
        const text = names.map((name) => `Domain: '${name}'\n  state.state=1\n\n`).join("");
        expect(parseDomainDisks(text).map(({ name }) => name)).toEqual(names);
      }),
    );
  });

  test("say of one guest what it is", () => {
    fc.assert(
      fc.property(anyNames, (names) => {
        const [name = ""] = names;
        const sections = new Map([
          ["list", table(names)],
          ["domains", uuidsAndNames(names)],
          [
            "dominfo",
            `Id:             1\nName:           ${name}\nUUID:           ${uuidOf(0)}\nState:          running\nPersistent:     yes\nAutostart:      enable\n\n`,
          ],
        ]);
        const seen = parseInspection("source", name, sections);
        expect(seen?.domain).toMatchObject({ name, uuid: uuidOf(0), state: "running", autostart: true });
      }),
    );
  });
});

test("a shell hands every name on as one word, and virsh is given none that it takes for something else", () => {
  const typed = fc.tuple(anyName, anyName, anyOptions);
  const commands: string[] = [];
  const expected: string[] = [];
  for (const [name, newName, options] of fc.sample(typed, { numRuns: 200, seed: 7 })) {
    const task = { guest: name, uuid: uuidOf(0), names: { from: name, to: newName }, to: host("target") };
    commands.push(commandOf({ ...task, options: { ...options, newName, maxDowntimeMs: undefined } }));
    const given = /^(?:-|\d+$)/.test(name) ? uuidOf(0) : name;
    expected.push(`${newName}\n${given}\nqemu+ssh://target/system`);
  }
  // What virsh is given behind --dname, and last of all.
  const virsh = `virsh() {
    while [ $# -gt 2 ]; do [ "$1" != --dname ] || printf '%s\\n' "$2"; shift; done
    printf '%s\\n%s\\n\\n' "$1" "$2"
  }`;
  const said = execFileSync("sh", ["-s"], { input: `${virsh}\n${commands.join("\n")}\n` }).toString();
  expect(said.split("\n\n").slice(0, -1)).toEqual(expected);
});
