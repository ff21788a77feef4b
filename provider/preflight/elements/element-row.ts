/**
 * Elements and attributes of libvirt's domain format, by paths below `<domain>`: `devices/disk/source@file,dev`. `{serial,console}`
 * stands for several; `/**` at the end means the element with everything in it, `@*` all of its attributes, and
 * `@type=vdpa|hostdev` an attribute with these values only. Whoever names an attribute names its element, too.
 */
export type ElementPatterns = readonly string[];

/** What refers to something outside the guest, or is treated specially in a move, and who checks it. */
export interface CheckedElements {
  readonly elements: ElementPatterns;
  /** What it refers to, or what libvirt or QEMU does about it when the guest moves. */
  readonly matters: string;
  /** What is gathered, and on which host. */
  readonly fact: string;
  readonly on: "source" | "target" | "both";
  /** Name of the rule that checks it. */
  readonly rule: string;
  readonly remedy: string;
}

/** What cannot matter to a move, and why. */
export interface HarmlessElements {
  readonly elements: ElementPatterns;
  readonly because: string;
}

/** The elements of one area of the format. */
export interface ElementArea {
  readonly title: string;
  readonly checked: readonly CheckedElements[];
  readonly harmless: readonly HarmlessElements[];
}
