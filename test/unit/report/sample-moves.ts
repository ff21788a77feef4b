import { measure } from "../../../provider/measure/measurement";
import { recordOf } from "../../../provider/measure/record";
import { isMissing } from "../../../provider/sdk/measurement";
import type { KeptMove } from "../../../report/kept-move";
import { type SyntheticMove, syntheticMove } from "../provider/measure/synthetic-move";

export interface SampleMove {
  readonly name: string;
  readonly move: KeptMove;
  readonly samples: string;
}

/** A measured move as it is kept, like those of an emulated lab. */
export function sampleMove(number = 0, changed: Partial<SyntheticMove> = {}): SampleMove {
  const migratedAt = `2026-11-23T14:${String(number).padStart(2, "0")}:00.000Z`;
  // Answers scatter as on a busy machine.
  const roundTripMs = (probe: number) => 1.5 + ((probe * 7919) % 100) / 40;
  const samples = syntheticMove({ roundTripMs, lost: (probe) => probe % 211 === 3, ...changed });
  const [from, to] = number % 2 === 0 ? ["source", "target"] : ["target", "source"];
  const name = migratedAt.replaceAll(":", "-");
  const record = recordOf(samples);
  return {
    name,
    samples,
    move: {
      lab: "dev",
      guest: "guest",
      from,
      to,
      migratedAt,
      command: `virsh migrate --live --persistent --undefinesource --verbose guest qemu+ssh://${to}/system`,
      measurement: measure(samples, `${name}.jsonl`),
      proofs: [
        { name: "one-running-copy", verdict: "proved", facts: "source: none, target: running" },
        { name: "same-boot", verdict: "proved", facts: "boot_id 1f2e before, 1f2e after" },
        { name: "disk-sequence", verdict: "unproved", facts: "the probe did not answer <b>" },
      ],
      events: record.events.map(({ at: _at, ...event }) => ({ phase: "pre-copy", ...event })),
      versions: { "KVM migration lab": "0.1.0", "Node.js": "20.20.0", source: "Linux 6.1, QEMU 7.2" },
      measuredOn: {
        processor: "A processor & more",
        processors: 2,
        guestAcceleration: "tcg",
        hosts: { source: "qemu", target: "qemu" },
      },
      settings: { guestMemoryMiB: 128, guestAcceleration: "tcg" },
    },
  };
}

/** Ten of them, there and back, each silent a little longer than the one before it. */
export function tenMoves(): SampleMove[] {
  return Array.from({ length: 10 }, (_, number) =>
    sampleMove(number, { outage: { from: 6000, to: 6200 + 20 * number } }),
  );
}

/** A move of which nothing could be seen. */
export function blindMove(): SampleMove {
  const blind = sampleMove(9, { blind: "no observer and probe are given", libvirtDowntimeMs: -1 });
  if (!isMissing(blind.move.measurement.downtime)) throw new Error("it should be blind");
  return blind;
}
