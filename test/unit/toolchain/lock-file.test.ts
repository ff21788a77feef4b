import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

type LockedPackage = { optionalDependencies?: Record<string, string> };

test("the lock file knows every optional package, of other platforms too: npm ci refuses it otherwise", () => {
  const lock = join(__dirname, "../../../package-lock.json");
  const { packages } = JSON.parse(readFileSync(lock, "utf8")) as { packages: Record<string, LockedPackage> };
  const named = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).map((name) => ({ path, name })),
  );
  expect(named.length).toBeGreaterThan(0);
  const missing = named.filter(
    ({ path, name }) => !packages[`${path}/node_modules/${name}`] && !packages[`node_modules/${name}`],
  );
  expect(missing).toEqual([]);
});
