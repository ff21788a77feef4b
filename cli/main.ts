/** ./lab: the newcomer's one command. Each verb is a file beside this one. */
import { Command, CommanderError } from "commander";
import { version } from "../package.json";
import { listenForCancel } from "./cancellation";
import { addClassVerbs } from "./class-verbs";
import { collect, examples, labOption, minutes } from "./command-words";
import { addCourseVerbs } from "./course-verbs";
import { addMeasuringCommands } from "./measuring-commands";
import { exitCodes, reportError, usageCodeOf } from "./report-error";
import { addSaveVerbs } from "./save-verbs";

const lab = new Command("lab")
  .description("A KVM live-migration lab: builds it, moves the guest live, and proves what arrived.")
  .version(version)
  .enablePositionalOptions()
  .showHelpAfterError("(./lab --help, or ./lab COMMAND --help, shows how it is used)")
  .addHelpText(
    "after",
    `
Examples:
  ./lab up                          build the lab, move the guest from source to target
  ./lab up -c guestRunsOn=source    move it back
  ./lab virsh target list --all     look by hand
  ./lab down                        remove the lab

Exit codes: 0 success, 1 an error of the lab, 2 wrong usage, 3 the lab is not up, 4 left while the hosts finish a move, 130 cancelled.
ssh, virsh, console, virt-manager and pulumi end with the exit code of what they ran.
KVMLAB_CACHE names the folder for everything that is built (default ~/.cache/kvm-migration-lab).
KVMLAB_SNAPSHOT_LIMIT_GIB limits the room of kept servers and saved labs there; above it the oldest kept servers are removed (default 10).
KVMLAB_JOURNAL names a file that gets the result of each ./lab up as a line of JSON.
KVMLAB_DEBUG=1 shows where an error comes from.`,
  );

lab
  .command("up")
  .description("build the lab of a stack, or change it to what its file says")
  .argument("[stack]", "a file stacks/Pulumi.<stack>.yaml", "dev")
  .option("-c, --config <key=value>", "a setting that overrides the stack's file (repeatable)", collect, [])
  .option("--refresh", "compare the state with the machines first, and repair what differs", false)
  .option(
    "--cold",
    "boot the servers and the guest instead of resuming their kept memory (warmStart: false)",
    false,
  )
  .option("--json", "print the result as JSON on standard output", false)
  .addHelpText("after", examples("up", "up classroom", "up -c guestRunsOn=source", "up --refresh"))
  .action(async (stack, options) => {
    listenForCancel(`./lab up ${stack} goes on from here`);
    await (await import("./up.js")).up(stack, options);
  });

lab
  .command("down")
  .description("remove the lab: its machines, its state, its files")
  .argument("[stack]", "which lab", "dev")
  .option("--forget", "leave machines that exist already as they are: for when one is gone for good", false)
  .addHelpText("after", examples("down", "down classroom", "down existing --forget"))
  .action(async (stack, options) => {
    listenForCancel(`./lab down ${stack} goes on from here`);
    await (await import("./down.js")).down(stack, options);
  });

lab
  .command("status")
  .description("show every server, the share, the guests, where each guest is and since when")
  .argument("[stack]", "which lab", "dev")
  .option("--json", "as JSON", false)
  .addHelpText("after", examples("status", "status --json | jq -r .guest.runningOn"))
  .action(async (stack, options) => {
    const [{ labStatus }, { statusTable }] = await Promise.all([
      import("./status.js"),
      import("./status-table.js"),
    ]);
    const status = await labStatus(stack);
    console.log(options.json ? JSON.stringify(status) : statusTable(status));
    if (status.servers.some(({ answers }) => !answers)) process.exitCode = exitCodes.failed;
  });

lab
  .command("preflight")
  .description("check every rule: could the guest move now, and if not, what fixes it; moves nothing")
  .argument("[stack]", "which lab", "dev")
  .option("--guest <name>", "which guest, if there are several; by default the first")
  .option("--to <host>", "where to; by default the host that it does not run on")
  .option(
    "--waive <code>",
    "a rule that should not stop the move, in addition to the stack's (repeatable)",
    collect,
    [],
  )
  .option("--json", "as JSON", false)
  .addHelpText(
    "after",
    examples(
      "preflight",
      "preflight --to target",
      "preflight --waive KVM-636",
      "preflight --json | jq .rules",
    ),
  )
  .action(async (stack, options) => {
    const { labPreflight, preflightTable } = await import("./preflight.js");
    const result = await labPreflight(stack, options);
    console.log(options.json ? JSON.stringify(result) : preflightTable(result));
    if (!result.passed) process.exitCode = exitCodes.failed;
  });

addMeasuringCommands(lab);

lab
  .command("maintain")
  .description(
    "empty one host after the other, run a command there or have it boot, and bring its guests home; their services are asked all the time",
  )
  .argument("<host...>", "the hosts, in the order in which their turn comes")
  .option(...labOption)
  .option("--run <command>", "what is run on each host while no guest is there")
  .option("--reboot", "have each host boot, after the command", false)
  .option("--minutes <number>", "how long the command may take", minutes, 60)
  .addHelpText(
    "after",
    examples("maintain source --reboot", "maintain source target --run 'apt-get -y upgrade' --reboot"),
  )
  .action(async (hosts, options) => {
    listenForCancel("the same ./lab maintain goes on from here");
    await (await import("./maintain.js")).maintain(hosts, options);
  });

lab
  .command("ssh")
  .description("log in to a server, or run a command there")
  .argument("<host>", "nfs or a host")
  .argument("[command...]")
  .option(...labOption)
  .passThroughOptions()
  .addHelpText("after", examples("ssh source", "ssh nfs exportfs -v", "ssh --lab classroom target"))
  .action(async (host, command, options) => {
    process.exitCode = await (await import("./terminal.js")).ssh(options.lab, host, command);
  });

lab
  .command("virsh")
  .description("run virsh on a host")
  .argument("<host>", "a host")
  .argument("<args...>", "virsh's own arguments")
  .option(...labOption)
  .passThroughOptions()
  .addHelpText(
    "after",
    examples("virsh source list --all", "virsh source migrate --live guest qemu+ssh://target/system"),
  )
  .action(async (host, args, options) => {
    process.exitCode = await (await import("./terminal.js")).virsh(options.lab, host, args);
  });

lab
  .command("console")
  .description("open a guest's serial console, on the host where it runs (leave it with Ctrl-])")
  .argument("[guest]", "which guest, if there are several; by default the first")
  .option(...labOption)
  .addHelpText("after", examples("console", "console --lab cluster web"))
  .action(async (guest, options) => {
    process.exitCode = await (await import("./terminal.js")).guestConsole(options.lab, guest);
  });

lab
  .command("virt-manager")
  .description("open virt-manager with the lab's hosts in its list; its settings and SSH are the lab's own")
  .argument("[stack]", "which lab", "dev")
  .option("--print", "write the connections, print them, and open nothing", false)
  .option("--uri <host>", "the same, and print only the URI of this host")
  .addHelpText(
    "after",
    `${examples("virt-manager", "virt-manager classroom --print")}\n  virsh -c "$(./lab virt-manager --uri source)" list --all`,
  )
  .action(async (stack, options) => {
    process.exitCode = await (await import("./virt-manager.js")).virtManager(stack, options);
  });

lab
  .command("pulumi")
  .description("run pulumi for a lab's stack, with its environment set")
  .argument("<args...>", "pulumi's own arguments")
  .option(...labOption)
  .passThroughOptions()
  .addHelpText(
    "after",
    examples("pulumi preview --diff", "pulumi stack output", "pulumi --lab classroom refresh"),
  )
  .action(async (args, options) => {
    process.exitCode = await (await import("./pulumi.js")).pulumiInLab(options.lab, args);
  });

addSaveVerbs(lab, examples);
addCourseVerbs(lab);
addClassVerbs(lab);

lab
  .command("prepare")
  .description("set up the toolchain and the images, and build nothing")
  .addHelpText("after", examples("prepare"))
  .action(async () => {
    listenForCancel("./lab prepare goes on from here");
    await (await import("./prepare-only.js")).prepareOnly();
  });

lab
  .command("clean")
  .description("remove the kept memory of booted servers from the cache; what a lab runs from stays")
  .option("--all", "also the images, the toolchain and whether KVM works here", false)
  .addHelpText(
    "after",
    `${examples("clean", "clean --all")}\n\nThe next ./lab up makes all of it again. Labs, their state and the passphrase always stay.`,
  )
  .action(async (options) => {
    await (await import("./clean.js")).clean(options);
  });

lab
  .command("doctor")
  .description("show what is present, missing or slow, and how to fix it; makes nothing")
  .option("--json", "as JSON", false)
  .addHelpText(
    "after",
    `${examples("doctor")}\n\nExit code 1 when something is missing that ./lab does not make by itself.`,
  )
  .action(async (options) => {
    const { examine, findingsTable } = await import("./doctor.js");
    const findings = await examine();
    console.log(options.json ? JSON.stringify(findings) : findingsTable(findings));
    if (findings.some(({ state }) => state === "missing")) process.exitCode = exitCodes.failed;
  });

lab
  .command("test")
  .description("set up everything that is missing and run all tests, the real lab included; or some of them")
  .argument("[name...]", "a file of tests (drain), a folder (faults), or a piece of a unit test's path")
  .option("--unit", "only those that need no machine", false)
  .option(
    "--all",
    "the long ones too, which take another hour; a file that is named always runs completely",
    false,
  )
  .option("--list", "list them, and what each is about", false)
  .addHelpText(
    "after",
    examples(
      "test",
      "test --all",
      "test --unit",
      "test drain preflight",
      "test faults",
      "test provider/host",
      "test --list",
    ),
  )
  .action(async (names, options) => {
    if (options.list) return console.log(await (await import("./test-files.js")).testList());
    listenForCancel("./lab test begins again; ./lab down test removes what the tests left running");
    process.exitCode = await (await import("./test.js")).test(names, options);
  });

// `./lab … | head` closes the pipe: not an error of the lab.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(exitCodes.ok);
});

lab.exitOverride();
for (const command of lab.commands) {
  command.exitOverride();
  for (const below of command.commands) below.exitOverride();
}
lab.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : usageCodeOf(process.argv[2]);
  // Not by process.exitCode: what still runs beside the step that failed ends with it.
  else process.exit(reportError(error));
});
