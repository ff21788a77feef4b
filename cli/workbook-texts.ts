import type { Language } from "../course/exercise";
import type { PictureWords } from "../course/topology-picture";

/** Every word of a workbook that is not an exercise's. */
interface WorkbookTexts {
  readonly languageCode: string;
  readonly title: string;
  readonly intro: string;
  readonly fields: readonly string[];
  readonly table: string;
  readonly minutes: (minutes: number) => string;
  readonly lab: (lab: string, state: "looked at" | "not up") => string;
  readonly picture: { readonly title: string; readonly note: string; readonly words: PictureWords };
  readonly servers: readonly string[];
  readonly parts: { readonly host: string };
  readonly checks: string;
  readonly checkColumns: readonly string[];
  readonly states: { readonly passed: string; readonly open: string };
  readonly solution: string;
  readonly notes: string;
  readonly questions: string;
  readonly answer: string;
}

const en: WorkbookTexts = {
  languageCode: "en",
  title: "Workbook",
  intro:
    "Names, addresses and commands are those of your own lab: type them as they stand here. What you write into the boxes is kept by no program: print the page, or save it as PDF.",
  fields: ["Name", "Class", "Date"],
  table: "as a table",
  minutes: (minutes) => `About ${minutes} minutes.`,
  lab: (lab, state) =>
    state === "looked at"
      ? `The lab ${lab}; each check is as it was when this page was written.`
      : `The lab ${lab}; nothing was looked at for this page.`,
  picture: {
    title: "The lab",
    note: "Servers, their addresses, and the guests where they begin; a dashed box is where a guest is to move.",
    words: {
      storage: { nfs: "NFS server:", iscsi: "iSCSI server", glusterfs: "GlusterFS server:" },
      ...{ host: "KVM host", nameServer: "name server", network: "Network", move: "live move" },
    },
  },
  servers: ["name", "what it is", "address", "memory (MiB)", "guests that begin here"],
  parts: { host: "KVM host" },
  checks: "Is it done?",
  checkColumns: ["check", "where", "it passes when", "state"],
  states: { passed: "✔ passed", open: "☐" },
  solution: "Solution",
  notes: "Notes",
  questions: "Questions",
  answer: "Answer",
};

const zh: WorkbookTexts = {
  languageCode: "zh-CN",
  title: "实验手册",
  intro:
    "手册中的名字、地址和命令都是你自己的实验环境的，照原样输入即可。写在方框里的内容不会被任何程序保存：请打印，或另存为 PDF。",
  fields: ["姓名", "班级", "日期"],
  table: "以表格形式查看",
  minutes: (minutes) => `约需 ${minutes} 分钟。`,
  lab: (lab, state) =>
    state === "looked at"
      ? `实验环境：${lab}；各项检查是生成本页时的状态。`
      : `实验环境：${lab}；生成本页时没有进行检查。`,
  picture: {
    title: "实验环境",
    note: "各台服务器及其地址，以及虚拟机最初所在的位置；虚线框表示虚拟机要迁移到的位置。",
    words: {
      storage: { nfs: "NFS 服务器：", iscsi: "iSCSI 服务器", glusterfs: "GlusterFS 服务器：" },
      ...{ host: "KVM 宿主机", nameServer: "DNS 服务器", network: "网络", move: "热迁移" },
    },
  },
  servers: ["名字", "角色", "地址", "内存（MiB）", "最初在这里的虚拟机"],
  parts: { host: "KVM 宿主机" },
  checks: "完成了吗？",
  checkColumns: ["检查", "在哪里", "通过的条件", "状态"],
  states: { passed: "✔ 通过", open: "☐" },
  solution: "参考解答",
  notes: "记录",
  questions: "思考题",
  answer: "回答",
};

export const workbookTexts: Readonly<Record<Language, WorkbookTexts>> = { en, zh };
