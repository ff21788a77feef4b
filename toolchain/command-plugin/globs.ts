/**
 * Globs as the official provider understands them: `*` is anything but a slash, `**` anything at all, also within a name
 * (`src/**.js`), `?` one character but a slash, `[abc]`, `[!abc]`, `{one,two}`. That differs from the shells' and the
 * libraries' globs, where `**` counts only as a whole path segment. Rules are applied in order; `!` takes away.
 */
export function selectByGlobs(files: readonly string[], globs: readonly string[]): string[] {
  const rules = globs.map((glob) => ({
    takesAway: glob.startsWith("!"),
    pattern: globPattern(glob.replace(/^!/, "")),
  }));
  return files
    .filter((file) =>
      rules.reduce((taken, rule) => (rule.pattern.test(file) ? !rule.takesAway : taken), false),
    )
    .sort();
}

function globPattern(glob: string): RegExp {
  let braces = 0;
  const pieces = glob.match(/\*\*|\\.|\[!?[^\]]+\]|[\s\S]/g) ?? [];
  const source = pieces.map((piece) => {
    if (piece === "**") return ".*";
    if (piece === "*") return "[^/]*";
    if (piece === "?") return "[^/]";
    if (piece === "{") {
      braces++;
      return "(?:";
    }
    if (piece === "}" && braces > 0) {
      braces--;
      return ")";
    }
    if (piece === "," && braces > 0) return "|";
    if (piece.startsWith("[") && piece.length > 1)
      return piece.replace(/^\[!/, "[^").replaceAll("\\", "\\\\");
    return (piece.startsWith("\\") && piece.length > 1 ? piece.slice(1) : piece).replace(
      /[\\^$.*+?()[\]{}|/]/g,
      "\\$&",
    );
  });
  return new RegExp(`^${source.join("")}$`, "s");
}
