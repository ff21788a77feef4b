import { existsSync } from "node:fs";
import { z } from "zod";
import { LabError } from "../errors/lab-error";
import { guestKeys } from "../stacks/guests";
import { readStackFile, valueOfText } from "../stacks/settings";
import { guestNamed } from "./access";
import type { LabStack } from "./lab-stack";

const named = z.array(z.looseObject({ name: z.string() })).catch([]);
type Named = z.output<typeof named>;

/** The word for `-c` by which a guest of a lab runs on a host. */
export function placing(stack: LabStack, guest: string, host: string): string {
  const list = existsSync(stack.file) ? named.parse(readStackFile(stack.file).guests) : [];
  return list.length > 0 ? `guests.${guest}.runsOn=${host}` : `guestRunsOn=${host}`;
}

/**
 * Puts words about one guest of the list, `guests.NAME.KEY`, into the list of the stack's file: the engine takes keys as a whole.
 *
 * @throws LabError KVM-908 no guest of that name, KVM-911 no such key of a guest, or guestRunsOn where each guest of the list has its own runsOn
 */
export function withGuestWords(
  stack: Pick<LabStack, "file">,
  overrides: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const words = Object.entries(overrides).filter(([key]) => key.startsWith("guests."));
  const others = Object.entries(overrides).filter(([key]) => !key.startsWith("guests."));
  const list = named.parse(overrides.guests ?? readStackFile(stack.file).guests);
  // It would change nothing, and who typed it would believe that it did.
  if (
    overrides.guestRunsOn !== undefined &&
    list.length > 0 &&
    list.every(({ runsOn }) => runsOn !== undefined)
  )
    throw notAboutAGuest("guestRunsOn", overrides.guestRunsOn);
  if (words.length === 0) return { ...overrides };
  const guests = words.reduce(withWord, list);
  return { ...Object.fromEntries(others), guests };
}

function withWord(guests: Named, [key, value]: [string, unknown]): Named {
  const [, name = "", field = ""] = /^guests\.(.+)\.([^.]+)$/.exec(key) ?? [];
  if (guests.length === 0 || !guestKeys.includes(field)) throw notAboutAGuest(key, value);
  const guest = guestNamed(guests, name);
  const typed = field === "memoryMiB" ? valueOfText("guestMemoryMiB", String(value)) : value;
  return guests.map((one) => (one === guest ? { ...one, [field]: typed } : one));
}

function notAboutAGuest(key: string, value: unknown): LabError {
  return new LabError({
    code: "KVM-911",
    expected: `guests.NAME.KEY=value, with a name of the list guests and one of ${guestKeys.join(", ")}`,
    found: `-c ${key}=${String(value)}`,
    fix: "for example -c guests.web.runsOn=third; the guest of a lab without the list: -c guestRunsOn=source",
  });
}
