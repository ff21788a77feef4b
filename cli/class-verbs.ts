/** `./lab class`: the labs of all students of a class. Each verb is a file beside this one. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { listenForCancel } from "./cancellation";
import { examples } from "./command-words";

const place = ["<class>", "its file, or its name once it was brought up"] as const;

export function addClassVerbs(lab: Command): void {
  const ofClass = lab.command("class").description("the labs of all students of a class, on this machine");

  ofClass
    .command("up")
    .description("bring up the labs of a class, as many as memory carries; what is up stays as it is")
    .argument(...place)
    .argument("[student...]", "the labs of these ids only")
    .option("--dry-run", "only say what would be done: labs, memory, minutes", false)
    .addHelpText(
      "after",
      `${examples("class up class.yaml --dry-run", "class up class.yaml", "class up kvm1 2023007")}\n\nExit code 1 when a lab failed; the others are up all the same, and the same command again takes up what failed.`,
    )
    .action(async (file, students, options) => {
      listenForCancel(`./lab class up ${file} goes on from here`);
      process.exitCode = await (await import("./class-up.js")).classUp(file, students, options);
    });

  ofClass
    .command("status")
    .description("show which labs of a class are up, and how many points each student has")
    .argument(...place)
    .option("--json", "as JSON", false)
    .addHelpText("after", examples("class status kvm1", "class status kvm1 --json | jq .[].points"))
    .action(async (file, options) => {
      process.exitCode = await (await import("./class-status.js")).classStatus(file, options);
    });

  ofClass
    .command("check")
    .description("show which steps each student has done")
    .argument(...place)
    .argument("[student...]", "the labs of these ids only")
    .option("--json", "as JSON, with attempts and times", false)
    .addHelpText("after", examples("class check kvm1", "class check kvm1 2023007"))
    .action(async (file, students, options) => {
      process.exitCode = await (await import("./class-status.js")).classCheck(file, students, options);
    });

  ofClass
    .command("report")
    .description("write how far everybody is as one page: a student a row, a step a column")
    .argument(...place)
    .addOption(new Option("--lang <language>", "the class's when left out").choices(["zh", "en"] as const))
    .option("-o, --output <file>", "the page to write", "class.html")
    .option("--csv <file>", "a CSV file for a gradebook, too")
    .addHelpText("after", examples("class report kvm1", "class report kvm1 --csv kvm1.csv --lang zh"))
    .action(async (file, options) => {
      await (await import("./class-report.js")).classReport(file, options);
    });

  ofClass
    .command("reset")
    .description("bring labs of students back to where they were brought up")
    .argument(...place)
    .argument("<student...>", "their ids")
    .addHelpText("after", examples("class reset kvm1 2023007"))
    .action(async (file, students) => {
      listenForCancel(`./lab class reset ${file} does it again`);
      process.exitCode = await (await import("./class-change.js")).classReset(file, students);
    });

  ofClass
    .command("catch-up")
    .description("bring labs to where a step begins: everything before it is done there")
    .argument(...place)
    .argument("<step>", "its name or its number")
    .argument("[student...]", "the labs of these ids only")
    .addHelpText("after", examples("class catch-up kvm1 guest", "class catch-up kvm1 guest 2023007"))
    .action(async (file, step, students) => {
      listenForCancel(`./lab class catch-up ${file} ${step} goes on from here`);
      process.exitCode = await (await import("./class-change.js")).classCatchUp(file, step, students);
    });

  ofClass
    .command("extend")
    .description("give students, or all, another deadline")
    .argument(...place)
    .argument("<time>", "with its zone", time)
    .argument("[student...]", "these ids only")
    .addHelpText("after", examples("class extend kvm1 2026-12-20T18:00:00+08:00 2023007"))
    .action(async (file, deadline, students) => {
      await (await import("./class-change.js")).classExtend(file, deadline, students);
    });

  ofClass
    .command("down")
    .description("remove the labs of a class")
    .argument(...place)
    .argument("[student...]", "the labs of these ids only")
    .addHelpText("after", examples("class down kvm1", "class down kvm1 2023007"))
    .action(async (file, students) => {
      listenForCancel(`./lab class down ${file} goes on from here`);
      process.exitCode = await (await import("./class-down.js")).classDown(file, students);
    });
}

function time(text: string): string {
  if (z.iso.datetime({ offset: true }).safeParse(text).success) return text;
  throw new InvalidArgumentError("a time with its zone, such as 2026-12-18T18:00:00+08:00");
}
