import type { LabProgress } from "../../../cli/class-progress";
import { classLabs } from "../../../course/class/class-labs";
import { type Progress, progressOf } from "../../../course/class/progress";

export const students = [
  { id: "2023001", name: "张三" },
  { id: "2023002", name: "李四" },
];
const exercise = { name: "experiment", settings: { start: "bare" }, stackValues: {} };
export const labs = classLabs({ name: "kvm1", students, differ: true }, [exercise]);

/** Two looks, the second with all of the first step. */
export const begun: Progress = progressOf(
  [
    { step: "names", reached: 2, of: 2 },
    { step: "export", reached: 1, of: 2 },
    { step: "mount", reached: 0, of: 1 },
  ],
  [
    { at: "2026-12-18T08:10:00.000Z", steps: [{ step: "names", reached: 1, of: 2 }] },
    { at: "2026-12-18T08:20:00.000Z", steps: [{ step: "names", reached: 2, of: 2 }] },
  ],
  "2026-12-18T08:00:00.000Z",
);

export function inProgress(index: number, more: Partial<LabProgress>): LabProgress {
  const lab = labs[index];
  if (!lab) throw new Error("two labs");
  return { ...lab, inClass: true, state: "up", guests: "", note: "", ...more };
}
