import type {
  CheckedElements,
  ElementArea,
  HarmlessElements,
} from "kvmlab-provider/preflight/elements/element-row";
import type { Rule } from "kvmlab-provider/preflight/rule";

/** Why a code may be waived, or why not. */
export interface WaiverReasons {
  readonly waivable: ReadonlyMap<string, string>;
  readonly neverWaived: ReadonlyMap<string, string>;
}

/** docs/reference/domain-elements.md: the element table, and of each rule whether it may be waived. */
export function elementsPage(
  areas: readonly ElementArea[],
  rules: readonly Rule[],
  waivers: WaiverReasons,
): string {
  const codes = new Map(rules.map(({ name, code }) => [name, code]));
  const sections = areas.map(
    ({ title, checked, harmless }) => `## ${title}

| element | what it means to a move | what is looked at | where | rule | what may be done |
| --- | --- | --- | --- | --- | --- |
${checked.map((row) => checkedRow(row, codes)).join("\n")}

These cannot matter:

| element | why not |
| --- | --- |
${harmless.map(harmlessRow).join("\n")}
`,
  );
  return `# The elements of a guest's definition

<!-- Made by \`npm run docs\` from provider/preflight/elements/ and waivers.ts: change those. -->

Every element and attribute of libvirt's domain format: what refers to something outside of the guest, or is treated specially when it moves, has a rule that checks
it before the move; of the rest it is said why it cannot matter. A test walks libvirt's own schema (libvirt 9.0) and fails when something is in neither list. What a guest has
and the table does not know is told as [KVM-660](errors.md#kvm-660), in the live definition and in the one for its next start, and never passed in silence.

Paths begin below \`<domain>\`; \`{a,b}\` is one of them, \`/**\` the element with everything in it, \`@\` stands before attributes, \`@type=a|b\` names values. What the
rules look at in general is in [preflight](../concepts/preflight.md).

${sections.join("\n")}
## Which rules may be waived

| rule | code | may be waived | why |
| --- | --- | --- | --- |
${rules.map((rule) => waiverRow(rule, waivers)).join("\n")}
`;
}

function checkedRow(row: CheckedElements, codes: ReadonlyMap<string, string>): string {
  const { elements, matters, fact, on, rule, remedy } = row;
  const code = codes.get(rule);
  return cells(
    listed(elements),
    matters,
    fact,
    on === "both" ? "both hosts" : on,
    code === undefined ? `\`${rule}\`` : `\`${rule}\` (${linked(code)})`,
    remedy,
  );
}

function harmlessRow({ elements, because }: HarmlessElements): string {
  return cells(listed(elements), because);
}

function waiverRow({ name, code }: Rule, { waivable, neverWaived }: WaiverReasons): string {
  const reason = waivable.get(code);
  return cells(
    `\`${name}\``,
    linked(code),
    reason === undefined ? "no" : "yes",
    reason ?? neverWaived.get(code) ?? "",
  );
}

function linked(code: string): string {
  return `[${code}](errors.md#${code.toLowerCase()})`;
}

function listed(elements: readonly string[]): string {
  return elements.map((element) => `\`${element}\``).join("<br>");
}

function cells(...texts: readonly string[]): string {
  return `| ${texts.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
}
