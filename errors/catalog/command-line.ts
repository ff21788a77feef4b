import type { CatalogEntry } from "kvmlab-provider/errors/catalog-entry";

/** Codes KVM-9xx: see docs/reference/errors.md, generated from here. */
export const commandLineErrors = {
  "KVM-901": {
    title: "Node.js is missing or too old",
    explanation: "`./lab` and the Pulumi program run on Node.js 20.19 or newer.",
    fix: "Install it from https://nodejs.org/en/download, or by your distribution's packages.",
  },
  "KVM-902": {
    title: "There is no such stack",
    explanation: "A lab is a stack: a file `stacks/Pulumi.<stack>.yaml`.",
    fix: "Take one of those that the message names, or write a new file.",
  },
  "KVM-903": {
    title: "Pulumi's engine reports a failure",
    explanation:
      "A resource could not be made or changed. The message has the engine's own message, and names the file with all of its output.",
    fix: "Fix what it says, then run the same command again: it goes on where it stopped.",
  },
  "KVM-904": {
    title: "The run was cancelled",
    explanation:
      "After Ctrl-C the engine stopped and wrote its state, within a minute. A second Ctrl-C ends it at once; the next command then checks what it had begun.",
    fix: "`./lab up` goes on from here; `./lab down` removes what there is.",
  },
  "KVM-905": {
    title: "The lab is not up",
    explanation:
      "The command needs a lab that is there. A private hypervisor ends with the machine that it runs on: after a restart the lab has to be brought up again.",
    fix: "`./lab up`",
  },
  "KVM-906": {
    title: "There is no such host in the lab",
    explanation: "The servers are `nfs` and those of the key `hosts`: `source` and `target` by default.",
    fix: "Take one of them.",
  },
  "KVM-907": {
    title: "Another command is at work on this lab",
    explanation: "One command at a time changes a lab.",
    fix: "Wait for it, or end it with Ctrl-C where it runs. The lock of a killed command is released within 15 s; the next command waits for that.",
  },
  "KVM-908": {
    title: "There is no such guest in the lab",
    explanation: "A lab has the guests of the key `guests`, or the one that `guestName` names.",
    fix: "Take one of those that the message names.",
  },
  "KVM-909": {
    title: "Pulumi did not come to its end in time",
    explanation:
      "The whole lab is given 40 minutes, a short command of the engine 2. Each wait inside has a shorter limit of its own, so this is rare: the machine is much too busy, or the engine itself waits for something.",
    fix: "`./lab status` and `./lab doctor` show what does not answer or is short. The same command goes on from here.",
  },
  "KVM-910": {
    title: "Not enough disk space for the set-up",
    explanation:
      "While Pulumi and its plugins are built, Go's caches take up to 6 GiB (they are removed at the end), the images up to 4 GiB. What is there already is not counted.",
    fix: "Make room, or put the cache on a larger disk with `KVMLAB_CACHE`.",
  },
  "KVM-911": {
    title: "A setting on the command line is not key=value",
    explanation:
      "`-c` takes one setting of [the configuration](configuration.md), without spaces around the equals sign.",
    fix: "`./lab up -c guestRunsOn=source`",
  },
  "KVM-912": {
    title: "The project's npm packages cannot be installed",
    explanation:
      "`./lab` installs them with `npm install` when they are missing or older than `package-lock.json`.",
    fix: "`npm ping` must work here: check the network, npm's proxy settings and its registry. Then run the same command again.",
  },
  "KVM-913": {
    title: "A rule of preflight cannot be waived",
    explanation:
      "`--waive` takes the code of a rule that may be waived; [what is looked at before a move](../concepts/preflight.md) has the list, and why each may be.",
    fix: "Leave it out, and fix what the rule finds.",
  },
  "KVM-914": {
    title: "KVMLAB_SNAPSHOT_LIMIT_GIB is not a size",
    explanation:
      "How much room all snapshots may take together, in GiB, before [kept servers](../concepts/warm-start.md) go: a whole number or a decimal. `0` keeps only the newest of them. `KVMLAB_WARM_LIMIT_GIB` is the older name.",
    fix: "`export KVMLAB_SNAPSHOT_LIMIT_GIB=2.5`, or `unset KVMLAB_SNAPSHOT_LIMIT_GIB` for the default of 10.",
  },
  "KVM-915": {
    title: "Something of the cache is being made",
    explanation:
      "`./lab clean` removes what is finished and nobody is about to use. Another command makes an image, a program or kept servers at this moment, and may need the rest for it.",
    fix: "Wait for it, or end it with Ctrl-C where it runs; then run the same command again. The lock of a killed command is released within 15 s.",
  },
  "KVM-916": {
    title: "There is no such measured move",
    explanation:
      "`./lab report`, `./lab compare` and `./lab metrics` show moves that were measured: they are kept in the lab's folder, named by the time when they ended, until `./lab down`.",
    fix: "`./lab measure` measures one; `last` is the newest, `last~1` the one before it.",
  },
  "KVM-917": {
    title: "There are no pages in that language",
    explanation: "`./lab report` and `./lab compare` write English (`en`) and Chinese (`zh`).",
    fix: "Take one of them, or leave `--lang` out for English.",
  },
  "KVM-918": {
    title: "The file is no experiment",
    explanation:
      "`./lab experiment` reads YAML with `lab`, `seed`, `repeats`, `modes`, `memoriesMiB`, `dirtyMiBps` and `bandwidthsMiBps`, and nothing else.",
    fix: "Correct what the message names; docs/how-to/experiments.md has an example.",
  },
  "KVM-919": {
    title: "The page cannot be written",
    explanation: "`./lab report` and `./lab compare` write one file, into a folder that must be there.",
    fix: "`--output` names another file.",
  },
  "KVM-920": {
    title: "A program of the project cannot be compiled",
    explanation:
      "Each program is compiled into one file in `.compiled/` when a source has changed since (docs/concepts/toolchain.md). The message has the reason: a mistake in a source, with its line; a package that is missing; a folder that cannot be written.",
    fix: "Correct the source, or make the project's folder writable; `rm -rf .compiled node_modules` makes all of it again at the next `./lab`.",
  },
  "KVM-921": {
    title: "A command of a maintenance failed",
    explanation:
      "`./lab maintain` ran it on the host while no guest was there. The guests stay where they are: a host that may be half changed gets none back by itself, and the next host had no turn.",
    fix: "Look at the host (`./lab ssh HOST`) and at the command's output in the file that the message names. The same `./lab maintain` again goes on: it runs the command once more, then the guests come home.",
  },
  "KVM-922": {
    title: "A host is not whole after its maintenance",
    explanation:
      "After the command or the boot the host did not answer SSH, its libvirt did not, or it does not have the lab's storage. Its guests stay where they are.",
    fix: "`./lab up NAME` brings a server of the lab back. Then the same `./lab maintain` again has its guests come home.",
  },
  "KVM-925": {
    title: "There are no such tests",
    explanation:
      "`./lab test NAME…` runs files of tests by their name (`drain`), those of a folder (`faults`, `provider`), or unit tests by a piece of their path; a piece with a slash (`lab/wa`) is looked for in all paths.",
    fix: "`./lab test --list` shows all names, and what each file is about.",
  },
  "KVM-926": {
    title: "A host that is taken away has the guest",
    explanation:
      "A name was taken from the key `hosts`, and that host has the guest or does not answer. The guest would end with it, and be made a second time on another host.",
    fix: "Move the guest to a host that stays, with the old list of hosts; then take the host away. The message has the command.",
  },
  "KVM-927": {
    title: "The lab's servers have more memory than this machine",
    explanation:
      "`nfsMemoryMiB` and `hostMemoryMiB` for each of `hosts` together are more than this machine's memory.",
    fix: "Fewer `hosts`, or less `hostMemoryMiB`. The message has the sum.",
  },
  "KVM-928": {
    title: "The hosts of a lab that is up have another order",
    explanation:
      "A host's place in `hosts` gives it its address. Another order would make hosts again that run guests.",
    fix: "Add and take away hosts at the end of the list, or build the lab again: `./lab down`, `./lab up`.",
  },
  "KVM-929": {
    title: "The storage of a lab that is up is of another kind",
    explanation:
      "The guest's disk lies on the storage that the hosts share. With another kind the lab's guest would be another one, and its disk would be lost.",
    fix: "`./lab down NAME`, then `./lab up NAME` builds it with the other storage. Or set `storage` back.",
  },
  // A move's, by its number: but the command raises it, not the provider.
  "KVM-643": {
    title: "The hosts finish the move by themselves",
    explanation:
      "The command was cancelled a second time while a guest fetched the rest of its memory from the source. Such a move cannot be aborted. The hosts finish it without the command.",
    fix: "`./lab status` shows how it ended; `./lab up` goes on from there.",
  },
} as const satisfies Record<string, CatalogEntry>;
