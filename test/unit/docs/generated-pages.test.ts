import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { configurationPage } from "../../../docs/configuration-page";
import { generatedPages } from "../../../docs/generated-pages";
import { catalog } from "../../../errors/catalog";
import { keys } from "../../../stacks/schema";

const docs = join(__dirname, "../../../docs");

it.each(Object.keys(generatedPages))("docs/%s is current (npm run docs)", (path) => {
  expect(existsSync(join(docs, path)) && readFileSync(join(docs, path), "utf8")).toBe(
    generatedPages[path]?.(),
  );
});

it("the configuration page explains every key", () => {
  const page = generatedPages["reference/configuration.md"]?.() ?? "";
  for (const name of Object.keys(keys)) expect(page).toContain(`\n## ${name}\n`);
});

it("the errors' page has a place for every code", () => {
  const page = generatedPages["reference/errors.md"]?.() ?? "";
  for (const [code, { title }] of Object.entries(catalog))
    expect(page).toContain(`### ${code}\n\n**${title}.**`);
});

describe("configurationPage", () => {
  const page = configurationPage(
    "project",
    [
      {
        name: "hostVcpus",
        type: "integer",
        default: 1,
        description: "CPUs | cores",
        allowed: "1 to 64",
        explanation: "Virtual CPUs of each server.",
      },
      {
        name: "hostImage",
        type: "string",
        default: "",
        description: "An image",
        allowed: "a path",
        explanation: "Another image.",
      },
    ],
    [
      { reads: ["nfsAddress", "machines"], allowed: "a value", holds: () => true },
      { reads: ["nfsHostKey", "machines"], allowed: "a value", holds: () => true },
    ],
  );

  it("lists the keys in a table that links to what it says of each", () => {
    expect(page).toContain("| [hostVcpus](#hostvcpus) | `1` | CPUs \\| cores |\n");
    expect(page).toContain(
      "\n## hostVcpus\n\nVirtual CPUs of each server.\n\n- Allowed: 1 to 64\n- Default: `1` (integer)\n",
    );
    expect(page).toContain("- Default: empty (string)\n");
  });

  it("says a rule of several keys once", () => {
    expect(page).toContain("- `nfsAddress`, `nfsHostKey`: a value.\n");
  });
});
