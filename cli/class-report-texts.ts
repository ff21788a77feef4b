import type { LabState } from "../course/class/class-plan";
import type { Language } from "../course/exercise";

/** Every word of the page of a class. */
interface ClassReportTexts {
  readonly languageCode: string;
  readonly title: (name: string) => string;
  readonly intro: (now: string, deadline: string | undefined) => string;
  readonly table: string;
  /** Student and lab, then what follows the steps. */
  readonly columns: readonly [string, string, ...string[]];
  readonly states: Readonly<Record<LabState, string>>;
  readonly sum: (done: number, of: number) => string;
  readonly perStep: string;
  readonly stepColumns: readonly string[];
  readonly late: string;
  readonly left: string;
  readonly until: (deadline: string) => string;
}

const en: ClassReportTexts = {
  languageCode: "en",
  title: (name) => `Class ${name}`,
  intro: (now, deadline) =>
    `As it was at ${now}${deadline === undefined ? "" : `; deadline ${deadline}`}. ✔ · 2: the step is done, found at the second ./lab check. 1/3 · 4: one point of three after four. –: nothing yet.`,
  table: "as a table",
  columns: ["student", "lab", "points", "guests", "minutes", "last check", "note"],
  states: { absent: "not there", off: "off", broken: "broken", up: "up" },
  sum: (done, of) => `${done} of ${of} students are done.`,
  perStep: "Step by step",
  stepColumns: ["step", "done by", "tried, not done by", "checks until then (median)"],
  late: "after the deadline",
  left: "not in the class any more",
  until: (deadline) => `until ${deadline}`,
};

const zh: ClassReportTexts = {
  languageCode: "zh-CN",
  title: (name) => `班级 ${name}`,
  intro: (now, deadline) =>
    `生成时间 ${now}${deadline === undefined ? "" : `；截止时间 ${deadline}`}。✔ · 2：该步骤已完成，在第二次 ./lab check 时通过。1/3 · 4：检查四次后得 1 分，满分 3 分。–：还没有开始。`,
  table: "表格",
  columns: ["学生", "实验环境", "得分", "客户机", "用时（分钟）", "最近一次检查", "备注"],
  states: { absent: "不存在", off: "已关闭", broken: "有故障", up: "正常" },
  sum: (done, of) => `${of} 名学生中 ${done} 名已完成。`,
  perStep: "各步骤的情况",
  stepColumns: ["步骤", "已完成人数", "检查过但未完成人数", "完成前的检查次数（中位数）"],
  late: "超过截止时间",
  left: "已不在班级中",
  until: (deadline) => `延期至 ${deadline}`,
};

export const classReportTexts: Readonly<Record<Language, ClassReportTexts>> = { en, zh };
