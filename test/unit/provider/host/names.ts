import fc from "fast-check";
import { domainName } from "../../../../provider/host/domain-name";

/** Names that a shell, virsh, a table or a regular expression could take for something else. */
const awkward = [
  "web 01",
  "two  blanks",
  "three   blanks   shut off",
  "测试 机",
  "büro-win11",
  "web@prod",
  "17",
  "-guest",
  "--all",
  "..",
  "a;b",
  "$(x)",
  "`x`",
  "it's",
  '"quoted"',
  "back\\slash",
  "*",
  "~",
  "#1",
  "!!",
  "virsh # ",
  "a\u2028b",
  "😀",
];

const isName = (name: string) => domainName.safeParse(name).success;

/** Any name that libvirt allows. */
export const anyName = fc
  .oneof(
    fc.constantFrom(...awkward),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
    fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
    fc.array(fc.constantFrom(...awkward), { minLength: 2, maxLength: 3 }).map((parts) => parts.join(" ")),
  )
  .filter(isName);

/** Some of them, none twice. */
export const anyNames = fc.uniqueArray(anyName, { minLength: 1, maxLength: 8 });
