import type { CatalogEntry } from "kvmlab-provider/errors/catalog-entry";

/** Codes KVM-980 to KVM-989: classes. See docs/reference/errors.md, generated from here. */
export const classErrors = {
  "KVM-980": {
    title: "A class file, or its list of students, is not as it must be",
    explanation:
      "Everything is checked before any lab is started. Each fault is told with its file, its line and its field; a student who is there twice with both lines.",
    fix: "Correct what is named, then the same command again; docs/how-to/class.md has all keys.",
  },
  "KVM-981": {
    title: "A class file, or its list of students, cannot be read",
    explanation:
      "The file is not there, or it is in none of the encodings that spreadsheets write a CSV file in: UTF-8, with or without a byte order mark, and GBK.",
    fix: "Check the path: that of the list is relative to the class file. Or save the list as a CSV file in UTF-8.",
  },
  "KVM-982": {
    title: "There is no such class on this machine",
    explanation:
      "A class is known by its name from its first `./lab class up FILE` until `./lab class down`.",
    fix: "Name the class file: `./lab class up FILE`.",
  },
  "KVM-983": {
    title: "This machine carries none of the labs",
    explanation:
      "A lab's servers take their memory from the machine. What is free, or what `where.here.memoryGiB` allows, is less than one lab has.",
    fix: "End other labs (`./lab down NAME`) or programs, or allow more memory in the class file.",
  },
  "KVM-984": {
    title: "The class has no such student",
    explanation: "Students are named by their `id`, as the list has it.",
    fix: "`./lab class status NAME` lists them.",
  },
} as const satisfies Record<string, CatalogEntry>;
