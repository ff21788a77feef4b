import type { Language } from "../exercise";
import type { Unreadable } from "./sealed";

/** Why two students' hand-ins are held to be one, the strongest first. */
export const likenesses = ["same-file", "same-lab", "same-boot", "same-move", "same-history"] as const;
export type Likeness = (typeof likenesses)[number];

export type FlagName =
  | Unreadable
  | Likeness
  | "damaged"
  | "unsafe-path"
  | "forged"
  | "unknown-key"
  | "other-lab"
  | "name-differs"
  | "unknown-exercise"
  | "other-checks"
  | "points-differ"
  | "figures-differ"
  | "several"
  | "other-file";

/** Something that a teacher should look at. */
export interface Flag {
  readonly flag: FlagName;
  /** What it is about: names, moves, a number. */
  readonly about: string;
}

type Texts = Readonly<Record<FlagName, (about: string) => string>>;

const en: Texts = {
  empty: () => "the file is empty",
  "too-large": () => "the file is larger than any hand-in",
  truncated: () => "the file is cut off: it has to be uploaded again",
  "not-a-hand-in": () => "no file of ./lab submit",
  "other-version": () => "written by a version of the lab whose files cannot be read here",
  damaged: (why) => `the file cannot be read from the download: ${why}`,
  "unsafe-path": () => "its path leads out of the download: not read",
  forged: () => "the content is not what was signed: it was changed afterwards",
  "unknown-key": () => "signed by a lab that is not in the list of keys",
  "other-lab": (whose) => `signed by the lab of ${whose}`,
  "name-differs": (name) => `handed in under the name of ${name}`,
  "unknown-exercise": (name) => `there is no exercise ${name} here`,
  "other-checks": () => "its exercise has other checks than the one here",
  "points-differ": (points) => `it says ${points} points`,
  "figures-differ": (moves) => `figures are not those of their samples: ${moves}`,
  "same-file": (names) => `the same file as ${names}`,
  "same-lab": (names) => `the same lab as ${names}`,
  "same-boot": (names) => `the same boot of the guest as ${names}`,
  "same-move": (names) => `the same measured move as ${names}`,
  "same-history": (names) => `the same commands typed as ${names}`,
  several: (count) => `${count} hand-ins: the one with the most points counts`,
  "other-file": (files) => `other files: ${files}`,
};

const zh: Texts = {
  empty: () => "文件是空的",
  "too-large": () => "文件过大，不可能是作业文件",
  truncated: () => "文件不完整，需要重新上传",
  "not-a-hand-in": () => "不是 ./lab submit 生成的文件",
  "other-version": () => "由其他版本的实验软件生成，这里无法读取",
  damaged: (why) => `无法从下载包中读取该文件：${why}`,
  "unsafe-path": () => "文件路径指向下载包之外，未读取",
  forged: () => "内容与签名不符：签名之后被修改过",
  "unknown-key": () => "签名的实验环境不在密钥列表中",
  "other-lab": (whose) => `由 ${whose} 的实验环境签名`,
  "name-differs": (name) => `作业中的姓名是 ${name}`,
  "unknown-exercise": (name) => `这里没有名为 ${name} 的实验`,
  "other-checks": () => "该实验的检查项与这里的不同",
  "points-differ": (points) => `作业中记录的得分是 ${points}`,
  "figures-differ": (moves) => `指标与采样数据不符：${moves}`,
  "same-file": (names) => `与 ${names} 的文件相同`,
  "same-lab": (names) => `与 ${names} 是同一个实验环境`,
  "same-boot": (names) => `虚拟机与 ${names} 的是同一次启动`,
  "same-move": (names) => `与 ${names} 的是同一次测量的迁移`,
  "same-history": (names) => `输入的命令与 ${names} 完全相同`,
  several: (count) => `共 ${count} 份，取得分最高的一份`,
  "other-file": (files) => `其他文件：${files}`,
};

export function flagText({ flag, about }: Flag, language: Language): string {
  return { en, zh }[language][flag](about);
}
