import fc from "fast-check";
import { split } from "shlex";
import { expect, test } from "vitest";
import { migrateCommand } from "../../../../provider/migrate/migrate-command";
import { withoutProgress } from "../../../../provider/migrate/move";

test("is the course's command", () => {
  expect(migrateCommand("guest", "target")).toBe(
    "virsh migrate --live --persistent --undefinesource --verbose guest qemu+ssh://target/system",
  );
});

test("keeps every name one word, whatever is in it", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (guest, target) => {
      const words = split(migrateCommand(guest, target));
      expect(words.at(-2)).toBe(guest);
      expect(words.at(-1)).toBe(`qemu+ssh://${target}/system`);
      expect(words).toHaveLength(8);
    }),
  );
});

test("virsh's complaint is told without its progress", () => {
  const output = "Migration: [  3 %]\rMigration: [ 64 %]\rerror: operation failed: job aborted\n\n";
  expect(withoutProgress(output)).toBe("error: operation failed: job aborted");
});
