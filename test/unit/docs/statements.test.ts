import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, it } from "vitest";
import { catalog } from "../../../errors/catalog";
import { scripts } from "../../../package.json";
import { rules } from "../../../provider/preflight";
import { waivable } from "../../../provider/preflight/waivers";

const project = resolve(__dirname, "../../..");
const read = (path: string) => readFileSync(join(project, path), "utf8");
const pages = [
  ...["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"],
  ...readdirSync(join(project, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join("docs", file)),
].map((path) => ({ path, text: read(path) }));
/** Decisions and changes tell what was so at their time. */
const current = pages.filter(({ path }) => !/^CHANGELOG|decisions/.test(path));
const cli = readdirSync(join(project, "cli"))
  .map((file) => read(join("cli", file)))
  .join("\n");
const verbs = [...cli.matchAll(/\.command\("([\w-]+)/g)].map(([, verb]) => verb);

/** All that `pattern`'s first group finds in the pages, with the page. */
function named(pattern: RegExp, among = current) {
  return among.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map(([, what = ""]) => ({ path, what })),
  );
}

it("each verb of ./lab that a page names exists", () => {
  const found = named(/\.\/lab ([a-z][\w-]*)/g);
  expect(found.length).toBeGreaterThan(150);
  expect(found.filter(({ what }) => !verbs.includes(what))).toEqual([]);
});

it("each option of ./lab that a page names exists", () => {
  const lines = named(/\.\/lab ((?!ssh|virsh|pulumi)[a-z][^`\n]*)/g);
  const options = lines.flatMap(({ path, what }) =>
    [...what.replace(/ #.*/, "").matchAll(/ (--[a-z][\w-]*)/g)].map(([, option]) => ({ path, option })),
  );
  expect(options.length).toBeGreaterThan(20);
  const unknown = options.filter(({ option }) => !new RegExp(`"(-\\w, )?${option}[" ]`).test(cli));
  expect(unknown).toEqual([]);
});

it("each npm script that a page names exists", () => {
  expect(named(/`npm run ([\w:]+)`/g).filter(({ what }) => !(what in scripts))).toEqual([]);
});

it("each stack that a page names has its file", () => {
  const up = named(/\.\/lab (?:up|down|reset|status) ([a-z][\w-]*)/g);
  const files = named(/stacks\/Pulumi\.([a-z-]+)\.yaml/g);
  const missing = [...up, ...files].filter(
    ({ what }) => !existsSync(join(project, "stacks", `Pulumi.${what}.yaml`)),
  );
  expect(missing).toEqual([]);
});

it("each relative link leads to a file, and to a code that the page of errors has", () => {
  const links = named(/\]\((?!https?:|#)([^)\s]+)\)/g, pages);
  expect(links.length).toBeGreaterThan(150);
  const broken = links.filter(({ path, what }) => {
    const [file = "", code] = what.split("#");
    const isError = file.endsWith("reference/errors.md") && code !== undefined;
    return !existsSync(join(project, dirname(path), file)) || (isError && !(code.toUpperCase() in catalog));
  });
  expect(broken).toEqual([]);
});

it("each code that a page names is in the catalog", () => {
  expect(named(/(KVM-\d{3})/g).filter(({ what }) => !(what in catalog))).toEqual([]);
});

it("each page of docs is linked from another one", () => {
  const linked = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, to = ""]) => join(dirname(path), to)),
  );
  const lonely = current.filter(({ path }) => path.startsWith("docs/") && !linked.includes(path));
  expect(lonely.map(({ path }) => path)).toEqual([]);
});

it("the page of preflight has each rule with its code, and the page of errors says which may be waived", () => {
  const page = read("docs/concepts/preflight.md");
  const rows = [...page.matchAll(/^\| `([\w-]+)` \| \[(KVM-\d{3})\]/gm)].map(([, name, code]) => [
    name,
    code,
  ]);
  expect(rows.sort()).toEqual(rules.map(({ name, code }) => [name, code]).sort());
  const waived = rules.filter(({ code }) => catalog[code].explanation.includes("May be waived"));
  expect(waived.map(({ code }) => code).sort()).toEqual([...waivable.keys()].sort());
});
