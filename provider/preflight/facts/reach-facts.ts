import { linesOf } from "../../host/sections";

/** One port of the target, as a connection from the source found it. */
export interface PortFacts {
  readonly port: number;
  /** `closed` answers at once that nobody listens: so would a migration's own listener answer. `silent`: something between eats it. `untried`: the host has no program to try it. */
  readonly answer: "open" | "closed" | "silent" | "untried";
  /** The system's own message. */
  readonly message: string;
}

/** The way from the source to the target, as the source tried it. */
export interface ReachFacts {
  readonly ports: readonly PortFacts[];
  readonly ssh: {
    /** Whether the source came in without a prompt, and found libvirt's socket there. */
    readonly answer: "libvirt" | "no libvirt" | "refused";
    readonly message: string;
    /** The boot of the machine that answered; empty when none did, or it does not tell. */
    readonly bootId: string;
    /** What the login on the target printed to its standard output before the command; empty when nothing. */
    readonly printed: string;
  };
}

/** The word by which the target's shell says that libvirt's socket is there. */
export const libvirtIsThere = "libvirt-is-there";
/** Before the ID of the boot of the machine that answers. */
export const bootIs = "boot-is-";

/** The word by which the target says that from here on it is the command that prints. */
export const commandBegins = "command-begins";
/** Before each line that came earlier. */
export const printedBefore = "printed-before ";

/** Reads what the script of tries says: port, exit code, the system's words. */
export function parsePorts(section: string | undefined): PortFacts[] {
  return linesOf(section).flatMap((line) => {
    const match = /^(\d+) (\d+) ?(.*)$/.exec(line);
    return match?.[1] ? [{ port: Number(match[1]), ...portAnswer(match[2] ?? "", match[3] ?? "") }] : [];
  });
}

/** Reads what a try of the source's SSH says. */
export function parseSsh(section: string | undefined): ReachFacts["ssh"] {
  const [code, ...said] = linesOf(section);
  const valuesOf = (key: string) =>
    said.flatMap((line) => (line.startsWith(key) ? [line.slice(key.length)] : []));
  const there = said.includes(libvirtIsThere);
  const own = [libvirtIsThere, commandBegins];
  const told = (line: string) =>
    ![bootIs, printedBefore].some((key) => line.startsWith(key)) && !own.includes(line);
  const words = said.filter(told).join("; ");
  const answer = code === "0" && there ? "libvirt" : code === "0" || code === "1" ? "no libvirt" : "refused";
  return {
    answer,
    message: words || (code === "124" ? "no answer in time" : `exit code ${code}`),
    bootId: valuesOf(bootIs)[0] ?? "",
    printed: valuesOf(printedBefore).join("; "),
  };
}

/** What a connection that did not come about says of the port. */
export function refusedPort(port: number, words: string): PortFacts {
  return { port, ...portAnswer("1", words) };
}

/** What a try of a connection, by its exit code and the system's message, says of the port. */
export function portAnswer(code: string, words: string): Pick<PortFacts, "answer" | "message"> {
  if (code === "0") return { answer: "open", message: "open" };
  // As shells say that a program is missing, or may not be run.
  if (code === "126" || code === "127") return { answer: "untried", message: words };
  if (/refused/i.test(words)) return { answer: "closed", message: words };
  // 124 is what timeout(1) ends with.
  return { answer: "silent", message: words || (code === "124" ? "no answer" : `exit code ${code}`) };
}
