/** What one host wrote down since a moment of its own clock. */
export interface Writings {
  /** Seconds since 1970, on the host's own clock: nothing older counts. */
  readonly since: number;
  /** The end of QEMU's log of the guest: many lines have no time and belong to the one before that has. */
  readonly qemu: string;
  /** What the journal has of libvirt, already cut off at that moment. */
  readonly libvirt: string;
}

/** What a host's logs say about why a move failed. */
export interface HostLog {
  readonly host: string;
  readonly lines: readonly string[];
}

const mostLines = 4;
const longestLine = 200;

/** QEMU's `2026-11-23T10:00:00.123456Z`, libvirt's `2026-11-23 10:00:00.123+0000: `, with thread, level and place where it tells them. */
const stamp =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)[.\d]*(?:Z |\+0000: )(?:\d+: (?:error|warning) : \S+ : )?/;
/** Who speaks: said already by the log's name. */
const speaker = /^(?:\/\S+\/)?(?:qemu-system-\w+|qemu-kvm|kvm): /;

/** Words with which QEMU, libvirt and systemd say that something went wrong. */
const trouble =
  /error|fail|unable|cannot|can't|could not|lost|refused|denied|closed|reset by peer|timed? ?out|broken|killed|abort|cancel|crash|not supported|unsupported|no space|mismatch|does not match|not match|invalid|unexpected|unknown|stopping (?:libvirtd|virtqemud)|detected io/i;
/** A warning counts where it is about the move: an emulated guest's start has a dozen others. */
const warning = /^warning:/i;
const aboutMoves = /migrat|postcopy|post-copy|multifd|incoming|vmstate|savevm|dirty|ram block/i;
/** Complaints that every move and every client of libvirt leaves behind. */
const everyday =
  /is tainted:|end of file while reading data|starting up libvirt|^libvirt(?:d)? version|usually indicates unclean|reason=(?:migrated|shutdown)/i;
/** What comes of a failure, and says nothing of its cause: shown where there is room. */
const aftermath = /^terminating on signal|^shutting down|end of file from qemu monitor/i;

/** The lines of a host's logs that say why a move failed: causes before what came of them, each once, no command line. */
export function tellingLines({ since, qemu, libvirt }: Writings): string[] {
  const lines = [...linesSince(qemu, since), ...libvirt.split("\n").map(bare)].filter(
    (line) => !everyday.test(line) && (aftermath.test(line) || isTrouble(line)),
  );
  // libvirt repeats QEMU's last words within its own.
  const once = lines.filter(
    (line, index) => !lines.slice(0, index).some((one) => line.includes(one) || one.includes(line)),
  );
  const causes = once.filter((line) => !aftermath.test(line));
  return [...causes, ...once.filter((line) => aftermath.test(line))]
    .slice(0, mostLines)
    .map((line) => (line.length > longestLine ? `${line.slice(0, longestLine - 1)}…` : line));
}

/** As the end of an error's `found`; nothing where the logs say nothing. */
export function logExcerpt(logs: readonly HostLog[]): string {
  return logs
    .filter(({ lines }) => lines.length > 0)
    .map(({ host, lines }) => `. log of ${host}: ${lines.join("; ")}`)
    .join("");
}

function isTrouble(line: string): boolean {
  return warning.test(line) ? aboutMoves.test(line) : trouble.test(line);
}

/** What of QEMU's log was written since then, without the command line that libvirt writes over several lines. */
function linesSince(text: string, since: number): string[] {
  const taken: string[] = [];
  let recent = false;
  let inCommand = false;
  for (const raw of text.split("\n")) {
    const line = raw.trimEnd();
    const match = stamp.exec(line);
    if (match) recent = Date.parse(`${match[1]}T${match[2]}Z`) / 1000 >= since;
    const ofCommand = inCommand || isCommand(line);
    inCommand = line.endsWith("\\");
    if (recent && !ofCommand && !inCommand) taken.push(bare(line));
  }
  return taken;
}

/** Older versions of libvirt write the whole command in one line. */
function isCommand(line: string): boolean {
  return /^(?:LC_ALL|PATH|HOME)=|^-\w|\/qemu-\S+ -name /.test(line);
}

function bare(line: string): string {
  // Nothing of a log may move the cursor of a terminal.
  const printable = line.replace(/[^\P{C}\t]/gu, "").trim();
  return printable.replace(stamp, "").replace(speaker, "");
}
