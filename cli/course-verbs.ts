/** The verbs of the course: exercises, and how far a student is. Each is a file beside this one. */
import { type Command, Option } from "commander";
import { listenForCancel } from "./cancellation";
import { examples, minutes } from "./command-words";
import { asCheckUsage } from "./report-error";

const labOption = ["-l, --lab <stack>", "which lab; the one with an exercise when left out"] as const;
const langOption = () =>
  new Option("--lang <language>", "by LANG when left out").choices(["zh", "en"] as const);

export function addCourseVerbs(lab: Command): void {
  const exercise = lab.command("exercise").description("exercises: what there are, start one, read it");

  exercise
    .command("list")
    .description("the exercises")
    .addOption(langOption())
    .action(async (options) => {
      console.log(await (await import("./exercise.js")).exerciseList(options));
    });

  exercise
    .command("start")
    .description("bring up the lab that an exercise begins with, and show what there is to do")
    .argument("<name>")
    .option("-l, --lab <stack>", "in which lab; the exercise's own when left out")
    .addOption(langOption())
    .addHelpText("after", examples("exercise start experiment", "exercise start experiment --lang zh"))
    .action(async (name, options) => {
      listenForCancel(`./lab exercise start ${name} goes on from here`);
      await (await import("./exercise.js")).exerciseStart(name, options);
    });

  exercise
    .command("show")
    .description("the text of an exercise, with the values of the lab")
    .argument("[name]", "the one that was started when left out")
    .option(...labOption)
    .addOption(langOption())
    .option("--teacher", "with the answers to its questions", false)
    .action(async (name, options) => {
      await (await import("./exercise.js")).exerciseShow(name, options);
    });

  lab
    .command("check")
    .description("say whether a step of the exercise, or all of it, is done; changes nothing")
    .argument("[step]", "its name or its number")
    .option(...labOption)
    .addOption(langOption())
    .option("--json", "as JSON", false)
    .option("--watch", "look again until everything passes", false)
    .option("--minutes <minutes>", "how long --watch looks", minutes, 30)
    .addOption(new Option("--no-counted", "a look by somebody else than who works in the lab").hideHelp())
    .addHelpText(
      "after",
      `${examples("check", "check export", "check --watch --minutes 60", "check --json | jq -r .[].verdict")}\n\nExit codes: 0 passed, 1 failed, 2 nothing to check, 3 wrong usage, or no such exercise or lab.`,
    )
    .action(async (step, options) => {
      const { check } = await import("./check.js");
      process.exitCode = await asCheckUsage(() => check(step, options));
    });

  lab
    .command("hint")
    .description("help with what does not pass yet")
    .argument("[step]", "its name or its number; the first that is not done when left out")
    .option(...labOption)
    .addOption(langOption())
    .action(async (step, options) => {
      await (await import("./solve.js")).hint(step, options);
    });

  lab
    .command("solve")
    .description("type the solution's commands of a step, each shown as it is typed")
    .argument("<step>", "its name or its number")
    .option(...labOption)
    .addHelpText("after", examples("solve names", "solve 2"))
    .action(async (step, options) => {
      await (await import("./solve.js")).solve(step, options);
    });

  lab
    .command("catch-up")
    .description("the lab as it is before a step of its exercise; what was done in it since it began is gone")
    .argument("<step>", "its name or its number")
    .option(...labOption)
    .addHelpText("after", examples("catch-up mount", "catch-up 4"))
    .action(async (step, options) => {
      listenForCancel(`./lab catch-up ${step} begins again`);
      await (await import("./catch-up.js")).catchUp(step, options);
    });

  lab
    .command("submit")
    .description("write what is handed in: checks, commands typed, measured moves; one signed file")
    .option(...labOption)
    .option("--name <student>", "who hands it in", "")
    .option("-o, --output <file>", "the file to write; named after the exercise when left out")
    .option("--key", "print the lab's public key for a list of keys, and hand in nothing", false)
    .addOption(langOption())
    .addHelpText(
      "after",
      examples("submit", "submit --name 张三 -o 张三.json.gz", "submit --key --name 张三"),
    )
    .action(async (options) => {
      await (await import("./submit.js")).submit(options);
    });

  lab
    .command("grade")
    .description("check what a class handed in: points, what was changed, what looks copied")
    .argument("<folder|zip>", "Moodle's Download all submissions, or any folder or zip of hand-ins")
    .option("-o, --output <file>", "the CSV to write", "grades.csv")
    .option("--keys <file>", "a list of the labs' public keys: other labs' hand-ins are told")
    .option("--json", "as JSON", false)
    .addOption(langOption())
    .addHelpText("after", examples("grade submissions.zip", "grade submissions/ -o 成绩.csv --keys keys.txt"))
    .action(async (place, options) => {
      await (await import("./grade.js")).grade(place, options);
    });

  lab
    .command("workbook")
    .description("write exercises as one page to read, print and write on; one file, no network")
    .argument("[exercise...]", "which; the one that was started when left out, and all where none was")
    .option("-l, --lab <stack>", "with the values of which lab; the exercise's own when left out")
    .addOption(langOption())
    .option("--teacher", "with solutions and answers", false)
    .option("-o, --output <file>", "the file to write", "workbook.html")
    .addHelpText(
      "after",
      examples(
        "workbook",
        "workbook experiment --lang zh -o 手册.html",
        "workbook --teacher -o teacher.html",
      ),
    )
    .action(async (names, options) => {
      await (await import("./workbook.js")).workbook(names, options);
    });
}
