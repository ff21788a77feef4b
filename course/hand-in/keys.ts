/**
 * A list of the labs' keys: a line each, the key and after it whose lab it is, which may be left out. Lines that begin with `#` say
 * nothing. Keys as `./lab submit --key` prints them.
 */
export function keysIn(text: string): Map<string, string> {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [, key, name = ""] = /^\s*([\w-]{43})(?:[\s,;]+(.*))?$/.exec(line) ?? [];
      return key === undefined ? [] : [[key, name.trim()]];
    }),
  );
}
