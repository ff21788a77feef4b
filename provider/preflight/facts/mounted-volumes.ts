import { linesOf } from "../../host/sections";

/** A file of the guest's on a GlusterFS volume, as one host has it. */
export interface FileOnVolume {
  /** `10.77.0.2:/migration`: the server that was asked for the volume, and the volume. */
  readonly source: string;
  readonly mountPoint: string;
  /** The file's identity in its volume: the same for each client, and no other file has it. Undefined where the volume did not tell. */
  readonly gfid: string | undefined;
  /** All of the volume's, those that are copies of each other in a row; none where the client has lost the volume. */
  readonly bricks: readonly BrickOfVolume[];
  /** How many copies there are of each file. */
  readonly replicas: number;
  /** What is known where the client has lost the volume: it answers no access any more. */
  readonly lost: LostVolume | undefined;
}

/** A brick as a client of its volume has it. */
export interface BrickOfVolume {
  /** `10.77.0.2:/migration/brick`. */
  readonly name: string;
  /** `up`: connected. `down`: it is not, and glusterd on its server answers. `silent`: neither. `lost`: it is not, no more is known. */
  readonly state: "up" | "down" | "silent" | "lost";
}

export interface LostVolume {
  /** Whether glusterd answers on the server that the volume was mounted from; undefined where that could not be tried. */
  readonly serverAnswers: boolean | undefined;
  /** The addresses of the servers whose bricks the client is still connected to. */
  readonly connectedTo: readonly string[];
}

/** Reads what inspect-volumes tells, by the file's path; none of a file that is on no volume. */
export function parseVolumes(section: string | undefined): ReadonlyMap<string, FileOnVolume> {
  const files = new Map<string, FileOnVolume>();
  for (const part of (section ?? "").split(/^path /m).slice(1)) {
    const [path = "", ...lines] = linesOf(part);
    const all = (key: string) =>
      lines.flatMap((line) => (line.startsWith(`${key} `) ? [line.slice(key.length + 1)] : []));
    const [mounted] = all("mounted");
    if (mounted === undefined) continue;
    const [source = "", ...point] = mounted.split(" ");
    const [lost] = all("lost");
    files.set(path, {
      source,
      mountPoint: point.join(" "),
      gfid: all("gfid")[0],
      bricks: all("brick").flatMap(brickOf),
      replicas: Math.max(Number(all("replicas")[0] ?? 1), 1),
      lost:
        lost === undefined
          ? undefined
          : { serverAnswers: serverAnswers[lost], connectedTo: all("connected") },
    });
  }
  return files;
}

const serverAnswers: Readonly<Record<string, boolean>> = { "server-answers": true, "server-silent": false };

function brickOf(line: string): BrickOfVolume[] {
  const [state, ...name] = line.split(" ");
  return state === "up" || state === "down" || state === "silent" || state === "lost"
    ? [{ state, name: name.join(" ") }]
    : [];
}

/** The volume's own name. */
export function volumeName({ source }: FileOnVolume): string {
  return source.slice(source.indexOf(":/") + 2);
}
