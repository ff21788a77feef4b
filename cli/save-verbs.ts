/** The verbs of saved labs. Each is a file beside this one. */
import type { Command } from "commander";
import { listenForCancel } from "./cancellation";

export function addSaveVerbs(lab: Command, examples: (...lines: readonly string[]) => string): void {
  lab
    .command("save")
    .description("save the whole running lab under a name; it goes on")
    .argument("<name>", "of the save")
    .option("-l, --lab <stack>", "which lab", "dev")
    .option("--stop", "end the lab once it is saved", false)
    .option("--force", "replace a save of this name", false)
    .option("--json", "print the result as JSON on standard output", false)
    .addHelpText("after", examples("save before-class", "save exam --lab classroom --stop"))
    .action(async (name, options) => {
      listenForCancel(`the lab goes on; ./lab save ${name} begins again`);
      await (await import("./save.js")).save(name, options);
    });

  lab
    .command("restore")
    .description("bring a saved lab back, running where it stopped")
    .argument("<name>", "of the save")
    .option("--replace", "end the lab of the same stack that is there", false)
    .option("--json", "print the result as JSON on standard output", false)
    .addHelpText("after", examples("restore before-class", "restore exam --replace"))
    .action(async (name, options) => {
      listenForCancel(`./lab restore ${name} begins again`);
      await (await import("./restore.js")).restore(name, options);
    });

  lab
    .command("reset")
    .description("return the lab to the state right after it was built, or restored")
    .argument("[stack]", "which lab", "dev")
    .option("--json", "print the result as JSON on standard output", false)
    .addHelpText("after", examples("reset", "reset classroom"))
    .action(async (stack, options) => {
      listenForCancel(`./lab reset ${stack} begins again`);
      await (await import("./reset.js")).reset(stack, options);
    });

  lab
    .command("saves")
    .description("list the saved labs, or remove some")
    .option("--remove <name...>", "remove these")
    .option("--json", "as JSON", false)
    .addHelpText("after", examples("saves", "saves --json | jq -r .[].name", "saves --remove before-class"))
    .action(async ({ remove, json }: { remove?: string[]; json: boolean }) => {
      const { listedSaves, removeSaves, savesTable } = await import("./saves.js");
      if (remove) return removeSaves(remove);
      const saves = await listedSaves();
      console.log(json ? JSON.stringify(saves) : savesTable(saves));
    });

  lab
    .command("export")
    .description("write a save into one compressed file, for another machine")
    .argument("<name>", "of the save")
    .argument("<file>", "for example before-class.lab.tar.zst")
    .option("--force", "replace the file", false)
    .option("--encrypt-to <key...>", "encrypt it: public keys of age or SSH, or files of such keys", [])
    .addHelpText(
      "after",
      examples(
        "export before-class before-class.lab.tar.zst",
        "export before-class before-class.lab.age --encrypt-to ~/.ssh/id_ed25519.pub",
      ),
    )
    .action(async (name, file, options) => {
      listenForCancel(`./lab export ${name} ${file} begins again`);
      await (await import("./export.js")).exportSave(name, file, options);
    });

  lab
    .command("import")
    .description("make a save from a file that ./lab export wrote; what no lab has is refused")
    .argument("<file>")
    .option("--name <name>", "another name than it was saved by")
    .option("--force", "replace a save of this name", false)
    .option("--identity <file...>", "private keys of age or SSH, for a file that is encrypted", [])
    .addHelpText(
      "after",
      examples(
        "import before-class.lab.tar.zst",
        "import exam.lab.tar.zst --name exam-2",
        "import exam.lab.age --identity ~/.ssh/id_ed25519",
      ),
    )
    .action(async (file, options) => {
      listenForCancel(`./lab import ${file} begins again`);
      await (await import("./import.js")).importSave(file, options);
    });
}
