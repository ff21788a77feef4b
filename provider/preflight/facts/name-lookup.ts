import { linesOf } from "../../host/sections";

/** What a name server did when it was asked anything. */
export type NameServerAnswer = "answers" | "refuses" | "is silent";

/** How a host looks names up, beside what came of it. */
export interface NameLookup {
  /** The name servers of its `/etc/resolv.conf`. */
  readonly nameServers: readonly string[];
  /** What completes a short name. */
  readonly search: readonly string[];
  /** Lines of its hosts file that have the other host's name. They stand above what a name server says. */
  readonly hostsLines: readonly string[];
  /** What it asks for names, in this order, as `/etc/nsswitch.conf` says: `files dns`. Empty where every name was resolved: then nobody looked. */
  readonly sources: readonly string[];
  /** By the name server's address, where a name was not resolved. */
  readonly answers: ReadonlyMap<string, NameServerAnswer>;
}

/** Reads what a look says of names, as far as it concerns `other`. */
export function parseNameLookup(other: string, sections: ReadonlyMap<string, string>): NameLookup {
  const lines = linesOf(sections.get("lookup")).map((line) => line.trim().split(/\s+/));
  const valuesOf = (wanted: string) => lines.flatMap(([key, ...values]) => (key === wanted ? [values] : []));
  const entries = valuesOf("entry").filter((words) => uncommented(words).slice(1).includes(other));
  // The last line of the two kinds counts.
  const search = lines.filter(([key]) => key === "search" || key === "domain").at(-1);
  return {
    nameServers: valuesOf("nameserver").flatMap(([address]) => address ?? []),
    search: search?.slice(1) ?? [],
    hostsLines: entries.map((words) => words.join(" ")),
    sources: (valuesOf("hosts:").at(-1) ?? []).filter((word) => !word.startsWith("[")),
    answers: new Map(
      valuesOf("asked").flatMap(([server, code]) =>
        server && code ? [[server, answerOf(Number(code))]] : [],
      ),
    ),
  };
}

function uncommented(words: readonly string[]): readonly string[] {
  const comment = words.findIndex((word) => word.startsWith("#"));
  return comment === -1 ? words : words.slice(0, comment);
}

/** A shell's exit code: of a read that met its limit, or was ended at it. */
function answerOf(code: number): NameServerAnswer {
  if (code === 0) return "answers";
  return code >= 124 ? "is silent" : "refuses";
}
