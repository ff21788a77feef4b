import ipaddr from "ipaddr.js";
import { z } from "zod";
import { movingOptions } from "./options-of-moves";

/** What a guest of a lab may be called. */
export const guestName = /^[A-Za-z][A-Za-z0-9_-]{0,49}$/;

/** Each is booted by a host that is emulated itself, and has an address of its own from .50 on. */
export const guestsMost = 12;

/** One of the lab's guests, as a stack's file has it. What is left out is explained with the key `guests`. */
export const guestItem = z.strictObject({
  name: z.string().regex(guestName),
  memoryMiB: z.int().min(64).max(262_144).optional(),
  address: z
    .string()
    .refine((text) => ipaddr.IPv4.isValidCIDR(text))
    .optional(),
  startsOn: z.string().optional(),
  runsOn: z.string().optional(),
  /** As the lab's. */
  migrationOptions: movingOptions.optional(),
});

export type GuestItem = z.output<typeof guestItem>;

/** What may be said of a guest beside its name. */
export const guestKeys = Object.keys(guestItem.shape).filter((key) => key !== "name");
