import { readFileSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";
import { shellCommand } from "kvmlab-provider/host/shell-quote";
import { LabError } from "../errors/lab-error";

type Value = string | number | boolean;

/**
 * Renders `templates/<name>.hbs`.
 *
 * `{{> part}}` puts `templates/part.hbs` there, which has no variables of its own.
 *
 * XML templates (`….xml.hbs`, `….xsl.hbs`) escape their values; all others take them as they are, and quote for the
 * shell with `{{sh value}}`.
 *
 * @throws LabError KVM-108 when the template names a variable that is not given, or one is given that it never names.
 */
export function render(name: string, variables: Readonly<Record<string, Value>> = {}): string {
  const source = sourceOf(name);
  const { variables: named } = namesIn(source);
  const missing = [...named].filter((variable) => variables[variable] === undefined);
  const unused = Object.keys(variables).filter((variable) => !named.has(variable));
  if (missing.length > 0 || unused.length > 0) {
    throw new LabError({
      code: "KVM-108",
      expected: `templates/${name}.hbs to be rendered with exactly: ${[...named].join(", ") || "nothing"}`,
      found: [
        ...missing.map((word) => `${word} is missing`),
        ...unused.map((word) => `${word} is never used`),
      ].join("; "),
      fix: "correct the call of render() or the template",
    });
  }
  const noEscape = !/\.(xml|xsl)$/.test(name);
  return Handlebars.compile(source, { noEscape, strict: true })(variables, {
    helpers: { sh: (value: Value) => shellCommand([String(value)]) },
    partials: Object.fromEntries(
      [...partsOf(source)].map((part) => [part, Handlebars.compile(sourceOf(part), { noEscape })]),
    ),
  });
}

function sourceOf(name: string): string {
  return readFileSync(join(__dirname, `${name}.hbs`), "utf8");
}

/** The parts that a template is put together from, and theirs. */
function partsOf(source: string): Set<string> {
  const { parts } = namesIn(source);
  return new Set([...parts].flatMap((part) => [part, ...partsOf(sourceOf(part))]));
}

/** The variables that a template names, conditions included, and the parts that stand in it. */
function namesIn(source: string): { readonly variables: Set<string>; readonly parts: Set<string> } {
  const names = { variables: new Set<string>(), parts: new Set<string>() };
  const collector = new (class extends Handlebars.Visitor {
    override PathExpression(path: hbs.AST.PathExpression): void {
      if (!builtIn.has(path.original)) names.variables.add(path.original);
    }
    override PartialStatement({ name }: hbs.AST.PartialStatement): void {
      if ("original" in name) names.parts.add(String(name.original));
    }
  })();
  collector.accept(Handlebars.parse(source));
  return names;
}

const builtIn = new Set(["if", "unless", "sh"]);
