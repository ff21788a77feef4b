/** `./lab class`: the labs of all students of a class. Each verb is a file beside this one. */
import type { Command } from "commander";
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
