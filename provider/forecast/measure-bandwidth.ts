import { randomBytes } from "node:crypto";
import type { HostConnection } from "../host/host-connection";
import { loginShellLine } from "../host/login-shell";
import { linesOf, sectionsOf } from "../host/sections";
import { shellCommand } from "../host/shell-quote";
import type { InspectionContext } from "../preflight/inspect-host";
import type { SshTry } from "../preflight/ssh-try";
import type { Figure } from "../sdk/measurement";
import type { BandwidthFile } from "./bandwidth-file";

const allBytes = 4 * 1_048_576;
/** What goes first is not counted: TCP begins slowly. */
const firstBytes = 512 * 1024;
const limitMs = 15_000;

/** What a login prints may have no line's end. */
const takeSome = `head -c ${firstBytes} > /dev/null; echo; date +%s%N; wc -c; date +%s%N`;

/**
 * The source: $2 the target's name, $3 as for the try of SSH, whose connection it takes where that still is there. The target takes both times, so that
 * a handshake is not in them, nor how long `date` takes to start, which both have. Nothing is left behind on either host.
 */
export const sendSome = `
mark="=$1"; target=$2; as=
if [ -n "$3" ] && [ "$(id -u)" != 0 ]; then as="sudo -n -H"; fi
echo "$mark:bandwidth"
head -c ${allBytes} /dev/zero | LC_ALL=C timeout 10 $as ssh -T -o BatchMode=yes -o ConnectTimeout=6 -o Compression=no -- "$target" \\
  ${shellCommand([loginShellLine(takeSome)])} 2>&1
`;

/** Reads what the target printed: nanoseconds, bytes, nanoseconds. */
export function parseBandwidth(section: string | undefined): Figure<{ readonly MiBps: number }> {
  const lines = linesOf(section);
  // A message at login may come before them, and one of standard error between them.
  const [began, bytes, ended] = lines.filter((line) => /^\d+$/.test(line)).slice(-3);
  const seconds = (Number(ended) - Number(began)) / 1e9;
  if (!(seconds > 0) || Number(bytes) !== allBytes - firstBytes)
    return { missing: lines.at(-1) ?? "the source's SSH to the target said nothing" };
  return { MiBps: Number(bytes) / 1_048_576 / seconds };
}

/** What `measureBandwidth` works with. */
export interface BandwidthQuestion {
  /** The source's SSH to the target: without it nothing is sent. */
  readonly sshTry: SshTry;
  /** Whether libvirtd goes there, which is root, and not the user who logs in. */
  readonly byLibvirtd: boolean;
  /** Where figures are kept, so that one is measured seldom. */
  readonly file?: BandwidthFile | undefined;
}

/** How fast some MiB go from one host to the other; a figure that is not too old is taken as it is. */
export async function measureBandwidth(
  source: HostConnection,
  target: string,
  { sshTry, byLibvirtd, file }: BandwidthQuestion,
  { pool, signal }: InspectionContext,
): Promise<Figure<{ readonly MiBps: number; readonly ageSeconds: number }>> {
  const kept = await file?.read(source.name, target);
  if (kept !== undefined) return kept;
  const exitCode = linesOf((await sshTry.answer).get("ssh"))[0];
  if (exitCode !== "0" && exitCode !== "1") return { missing: "SSH from the source to the target failed" };
  const token = randomBytes(6).toString("hex");
  const args = [token, target, byLibvirtd ? "root" : ""];
  const { stdout } = await pool.script(source, sendSome, args, { timeoutMs: limitMs, signal });
  const measured = parseBandwidth(sectionsOf(token, stdout).get("bandwidth"));
  if ("missing" in measured) return measured;
  await file?.write(source.name, target, measured.MiBps);
  return { ...measured, ageSeconds: 0 };
}
