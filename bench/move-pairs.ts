import { textTable } from "../cli/table";
import { median } from "./median";

export type Place = "source" | "target";

/** One move. libvirt's figures are NaN where it told none. */
export interface MoveFigures {
  readonly seconds: number;
  readonly jobTimeMs: number;
  readonly downtimeMs: number;
}

/** Two ways to move a guest. */
export interface Movers {
  /** Makes each move begin alike, whatever was before it; its time does not count. */
  readonly begin: () => Promise<void>;
  readonly byHand: (from: Place, to: Place) => Promise<MoveFigures>;
  readonly byResource: (to: Place) => Promise<MoveFigures>;
}

/**
 * Moves the guest, which is on source, by hand and by the resource, alternately and in both directions; prints every pair, the medians and
 * the ratios.
 */
export async function movePairs(
  { begin, byHand, byResource }: Movers,
  pairs = Number(process.env.BENCH_PAIRS ?? 5),
): Promise<void> {
  const resource: MoveFigures[] = [];
  const bare: MoveFigures[] = [];
  for (let pair = 1; pair <= pairs; pair++) {
    // Each goes each way in turn: target is another machine than source, and has other work.
    const [here, there]: [Place, Place] = pair % 2 ? ["source", "target"] : ["target", "source"];
    const byOne = async () => bare.push(await byHand(here, there));
    const byOther = async () => resource.push(await byResource(here));
    for (const move of pair % 2 ? [byOne, byOther] : [byOther, byOne]) {
      await begin();
      await move();
    }
    console.log(`pair ${pair}: bare ${told(bare.at(-1))}; resource ${told(resource.at(-1))}`);
  }
  const row = (what: string, figure: (of: MoveFigures) => number, digits: number) => {
    const [a, b] = [median(bare.map(figure)), median(resource.map(figure))];
    return [what, a.toFixed(digits), b.toFixed(digits), (b / a).toFixed(2)];
  };
  const rows = [
    row("whole, s", ({ seconds }) => seconds, 2),
    row("libvirt's job, ms", ({ jobTimeMs }) => jobTimeMs, 0),
    row("libvirt's downtime, ms", ({ downtimeMs }) => downtimeMs, 0),
  ];
  console.log(textTable([`medians of ${pairs}`, "virsh migrate", "resource", "ratio"], rows));
}

function told(of: MoveFigures | undefined): string {
  if (of === undefined) return "";
  return `${of.seconds.toFixed(2)} s (job ${of.jobTimeMs} ms, downtime ${of.downtimeMs} ms)`;
}
