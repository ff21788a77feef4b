import { marker, sectionsOf } from "kvmlab-provider/host/sections";
import type { Typed } from "./content";

/** Of each file its end: a student's commands of an afternoon are a few KiB. */
const fileBytes = 65_536;

const openMark = "open";

/** The files that have what a person typed, by the home of the one who logs in: a shell's, and that of a virsh that was asked by itself. */
const files = [".bash_history", ".cache/libvirt/virsh/history"];

/**
 * A script of sh that tells what was typed on a server. A bash writes its file when it ends: one that has a terminal now has commands in
 * its memory that nobody else can read.
 */
export function typedScript(token: string): string {
  const tell = files.map(
    (file) =>
      `if [ -r "$HOME/${file}" ]; then printf '\\n%s\\n' '${marker(token, file)}'; tail -c ${fileBytes} "$HOME/${file}"; fi`,
  );
  return `${tell.join("\n")}
for comm in /proc/[0-9]*/comm; do
  read -r name 2> /dev/null < "$comm" || continue
  [ "$name" = bash ] || continue
  case $(readlink "\${comm%comm}fd/0" 2> /dev/null) in
    /dev/pts/*) printf '\\n%s\\n' '${marker(token, openMark)}' ;;
  esac
done
:
`;
}

/** What a server answered. */
export function typedIn(
  text: string,
  token: string,
  server: string,
): { readonly typed: Typed[]; readonly open: boolean } {
  const sections = sectionsOf(token, text);
  return {
    typed: files.flatMap((file) => {
      const section = sections.get(file);
      if (section === undefined) return [];
      const lines = section.split("\n").map((line) => line.slice(0, 2_000));
      return [{ server, file, lines: lines.filter((line) => line.trim() !== "") }];
    }),
    open: sections.has(openMark),
  };
}
