import { type Command, InvalidArgumentError } from "commander";
import { listenForCancel } from "./cancellation";
import { collect, examples, labOption } from "./command-words";

const langOption = ["--lang <language>", "en or zh", "en"] as const;

/** What is about measured moves: measuring them, and showing what was measured. */
export function addMeasuringCommands(lab: Command): void {
  lab
    .command("measure")
    .description(
      "move the guest to the other host, and measure the move: total time, downtime, impact on service",
    )
    .argument("[stack]", "which lab", "dev")
    .option("--guest <name>", "which guest, if there are several; by default the first")
    .option("-c, --config <key=value>", "a setting, as with ./lab up (repeatable)", collect, [])
    .option("--json", "print the result as JSON on standard output", false)
    .addHelpText("after", examples("measure", `measure -c 'measure={"beforeSeconds":20}'`))
    .action(async (stack, options) => {
      listenForCancel(`./lab up ${stack} goes on from here`);
      await (await import("./measure.js")).measureMove(stack, options);
    });

  lab
    .command("report")
    .description(
      "write a page about the measured moves: figures, phases, plots, proofs; one file, no network",
    )
    .argument("[stack]", "which lab", "dev")
    .option(...langOption)
    .option("-n, --moves <number>", "how many moves, the newest first", count, 1)
    .option("-o, --output <file>", "the file to write", "report.html")
    .addHelpText("after", examples("report", "report --lang zh -o report-zh.html", "report --moves 5"))
    .action(async (stack, options) => {
      await (await import("./report.js")).report(stack, options);
    });

  lab
    .command("compare")
    .description("write a page with several measured moves side by side, their median and their spread")
    .argument("[moves...]", "last, last~1, the beginning of a move's time, or its file; by default all")
    .option(...labOption)
    .option(...langOption)
    .option("-o, --output <file>", "the file to write", "compare.html")
    .addHelpText("after", examples("compare", "compare last last~1", "compare --lang zh 2026-11-23"))
    .action(async (moves, options) => {
      await (await import("./report.js")).compare(options.lab, moves, options);
    });

  lab
    .command("metrics")
    .description("print the figures of the newest measured moves in Prometheus' text format")
    .argument("[stack]", "which lab", "dev")
    .addHelpText("after", examples("metrics", "metrics > /var/lib/node_exporter/kvmlab.prom"))
    .action(async (stack) => {
      await (await import("./report.js")).metrics(stack);
    });

  lab
    .command("experiment")
    .description(
      "measure every combination of a file, in random order, as often as it says; goes on where it stopped",
    )
    .argument("<file>", "YAML: docs/how-to/experiments.md")
    .addHelpText("after", examples("experiment bandwidths.yaml"))
    .action(async (file) => {
      listenForCancel(`./lab experiment ${file} goes on from here`);
      await (await import("./experiment.js")).experiment(file);
    });
}

function count(word: string): number {
  if (/^[1-9]\d{0,5}$/.test(word)) return Number(word);
  throw new InvalidArgumentError("A whole number is expected, 1 or more.");
}
