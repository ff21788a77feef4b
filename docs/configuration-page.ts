import type { Rule } from "../stacks/rules";

/** A configuration key as the page shows it. */
export interface DocumentedKey {
  readonly name: string;
  /** Pulumi's word, such as string or integer; undefined where the engine has none. */
  readonly type?: string | undefined;
  readonly default: unknown;
  /** One line. */
  readonly description: string;
  /** What the schema lets pass, in the reader's words. */
  readonly allowed: string;
  /** What it is for; Markdown. */
  readonly explanation: string;
}

/** docs/reference/configuration.md: every key, what it means, and what is allowed. */
export function configurationPage(
  project: string,
  keys: readonly DocumentedKey[],
  rules: readonly Rule[],
): string {
  return `# Configuration

<!-- Made by \`npm run docs\` from stacks/schema.ts, stacks/rules.ts and Pulumi.yaml: change those. -->

A stack is one lab. What it is like stands in \`stacks/Pulumi.<stack>.yaml\`, each key with the project's prefix:

\`\`\`yaml
config:
  ${project}:guestRunsOn: source
\`\`\`

A key that is left out has its default. \`./lab up\` and \`pulumi up\` check all of them before anything is built; an error
([KVM-101](errors.md)) names every key that is wrong, its value and what is allowed. Keys that are not on this page are
refused.

| key | default | in short |
| --- | --- | --- |
${keys.map(row).join("\n")}
${keys.map(section).join("")}
## Rules between keys

${rulesList(rules)}
`;
}

function row({ name, default: value, description }: DocumentedKey): string {
  return `| [${name}](#${name.toLowerCase()}) | ${shown(value)} | ${description.replaceAll("|", "\\|")} |`;
}

function section({ name, type, default: value, allowed, explanation }: DocumentedKey): string {
  return `
## ${name}

${explanation}

- Allowed: ${allowed}
- Default: ${shown(value) || "empty"} (${type ?? "checked by the lab alone"})
`;
}

/** Rules that say the same of several keys stand in one line. */
function rulesList(rules: readonly Rule[]): string {
  const keysOf = new Map<string, string[]>();
  for (const { allowed, reads } of rules) keysOf.set(allowed, [...(keysOf.get(allowed) ?? []), reads[0]]);
  return [...keysOf]
    .map(([allowed, names]) => `- ${names.map((name) => `\`${name}\``).join(", ")}: ${allowed}.`)
    .join("\n");
}

function shown(value: unknown): string {
  return value === "" ? "" : `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}
