/** What there is of a lab: nothing; all of it, and off; some of its servers do not answer; all of it. */
export type LabState = "absent" | "off" | "broken" | "up";

/** What is done about a lab now. */
export type Turn =
  /** Nothing: it is up. */
  | "up"
  /** It is brought up as its exercise begins. */
  | "start"
  /** It is there, and is brought up again. */
  | "repair"
  /** It waits for others to end: this machine's memory is taken. */
  | "queued";

export interface LabToPlan {
  readonly state: LabState;
  readonly memoryMiB: number;
  /** How long it takes until it is up. */
  readonly seconds: number;
}

/** What the class may take of a machine. */
export interface Capacity {
  readonly memoryMiB: number;
  readonly atOnce?: number | undefined;
}

export interface ClassPlan<Lab> {
  readonly turns: readonly { readonly lab: Lab; readonly turn: Turn }[];
  readonly capacity: Capacity;
  /** Of the labs that run afterwards. */
  readonly memoryMiB: number;
  readonly minutes: number;
  /** Of those that are queued. */
  readonly queuedMinutes: number;
}

/** What this machine has, and what of it the labs that run have already. */
export interface MachineMemory {
  readonly totalMiB: number;
  readonly availableMiB: number;
}

/** As the class file says; else what is available, and what the class has already. */
export function capacityOf(
  { memoryGiB, atOnce }: { readonly memoryGiB?: number | undefined; readonly atOnce?: number | undefined },
  { totalMiB, availableMiB }: MachineMemory,
  labs: readonly LabToPlan[],
): Capacity {
  const held = labs.filter(isRunning).reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);
  const memoryMiB = memoryGiB === undefined ? Math.min(totalMiB, availableMiB + held) : memoryGiB * 1024;
  return { memoryMiB: Math.floor(memoryMiB), atOnce };
}

/**
 * Which labs run now, in their order, and which wait. A lab that runs has its memory already, and keeps it.
 *
 * @param isWanted which labs something is to be done about; the others have the memory that they have
 */
export function classPlan<Lab extends LabToPlan>(
  labs: readonly Lab[],
  capacity: Capacity,
  isWanted: (lab: Lab) => boolean = () => true,
): ClassPlan<Lab> {
  const { atOnce = Number.POSITIVE_INFINITY } = capacity;
  const running = labs.filter(isRunning);
  let memoryMiB = running.reduce((sum, lab) => sum + lab.memoryMiB, 0);
  let count = running.length;
  const turns = labs.filter(isWanted).map((lab) => {
    if (isRunning(lab)) return { lab, turn: turnOf(lab) };
    const fits = count < atOnce && memoryMiB + lab.memoryMiB <= capacity.memoryMiB;
    if (!fits) return { lab, turn: "queued" as const };
    memoryMiB += lab.memoryMiB;
    count += 1;
    return { lab, turn: turnOf(lab) };
  });
  // One after the other: two that start at the same time share the processors that the figure is of.
  const minutesOf = (...these: readonly Turn[]) =>
    turns.reduce((sum, { lab, turn }) => sum + (these.includes(turn) ? lab.seconds : 0), 0) / 60;
  return {
    ...{ turns, capacity, memoryMiB },
    minutes: minutesOf("start", "repair"),
    queuedMinutes: minutesOf("queued"),
  };
}

function isRunning({ state }: LabToPlan): boolean {
  return state === "up" || state === "broken";
}

function turnOf({ state }: LabToPlan): Turn {
  if (state === "up") return "up";
  return state === "absent" ? "start" : "repair";
}
