import { z } from "zod";
import { jsonOf } from "./json-of";

/** What came back on one command to the guest agent. */
export type AgentAnswer =
  | { readonly kind: "told"; readonly value: unknown }
  /** The agent is there, and does not do it: it does not know the command, was told not to, or could not. */
  | { readonly kind: "refused"; readonly words: string }
  /** Nobody answers: asking on would only wait again. */
  | { readonly kind: "silent"; readonly words: string };

/** QEMU's protocol: `{"return": …}` or `{"error": …}`. */
const envelope = z.union([
  z.object({ return: z.unknown() }).transform(({ return: value }): AgentAnswer => ({ kind: "told", value })),
  z.object({ error: z.object({ class: z.string(), desc: z.string().optional() }) }).transform(
    ({ error }): AgentAnswer => ({
      kind: "refused",
      words: error.desc === undefined ? error.class : `${error.class}: ${error.desc}`,
    }),
  ),
]);

/** libvirt's words for an error that is the agent's own. */
const agentsOwn = /unable to execute QEMU agent command '[^']*': (.*)/;

/** Reads what virsh printed on one `qemu-agent-command`: a line of JSON, or its own `error: …`. */
export function parseAgentAnswer(text: string): AgentAnswer {
  const lines = text.split("\n").map((line) => line.trim());
  for (const line of lines) {
    const answer = line.startsWith("{") ? envelope.safeParse(jsonOf(line)) : undefined;
    if (answer?.success) return answer.data;
  }
  const errors = lines
    .filter((line) => line.startsWith("error: "))
    .map((line) => line.slice("error: ".length));
  const own = errors.map((line) => agentsOwn.exec(line)?.[1]).find((words) => words !== undefined);
  if (own !== undefined) return { kind: "refused", words: own };
  return { kind: "silent", words: errors.join("; ") || "virsh gave no answer" };
}

/** `guest-file-open`: the file's handle. */
export const fileHandle = z.int();

/** `guest-file-read`: what was read, as text. */
export const filePiece = z
  .object({ "buf-b64": z.base64(), count: z.int(), eof: z.boolean() })
  .transform((piece) => Buffer.from(piece["buf-b64"], "base64").toString("utf8"));

/** `guest-get-time`: nanoseconds since 1970, of which a number keeps the microseconds; given as ms. */
export const guestTimeMs = z.number().transform((nanoseconds) => nanoseconds / 1_000_000);

/** `/proc/sys/kernel/random/boot_id` */
export function parseBootId(text: string): string | undefined {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(text.trim())?.[0];
}

/** `/proc/uptime`: `350735.47 234388.90`, the first of them in ms. */
export function parseUptimeMs(text: string): number | undefined {
  const seconds = /^(\d+(?:\.\d+)?) /.exec(text)?.[1];
  return seconds === undefined ? undefined : Math.round(Number(seconds) * 1000);
}

/** One mounted file system that lies on a disk. */
export interface MountedDisk {
  /** `/dev/vda1` */
  readonly device: string;
  readonly type: string;
  readonly readOnly: boolean;
  /** Whether its driver makes it read-only at the first error, so that being writable says something. */
  readonly turnsReadOnly: boolean;
}

/** Kinds that nobody ever writes to. */
const neverWritten = ["squashfs", "iso9660", "erofs", "udf", "cramfs"];

/** `/proc/mounts`: each disk once, however often it is mounted. */
export function parseMounts(text: string): MountedDisk[] {
  const disks = new Map<string, MountedDisk>();
  for (const line of text.split("\n")) {
    const [device = "", , type = "", words = ""] = line.split(" ");
    if (!device.startsWith("/dev/") || neverWritten.includes(type) || disks.has(device)) continue;
    const options = words.split(",");
    const turnsReadOnly = type === "btrfs" || options.includes("errors=remount-ro");
    disks.set(device, { device, type, readOnly: options.includes("ro"), turnsReadOnly });
  }
  return [...disks.values()];
}

/** Where ext4's driver tells what it has counted; undefined where the device's name does not say it. */
export function errorsFileOf({ device, type }: MountedDisk): string | undefined {
  const name = /^\/dev\/([A-Za-z0-9._-]+)$/.exec(device)?.[1];
  return name === undefined || !/^ext[234]$/.test(type) ? undefined : `/sys/fs/ext4/${name}/errors_count`;
}

/** Whether a live definition (`virsh dumpxml`) has a channel for the agent, and somebody in the guest has opened it. */
export type AgentChannel = "connected" | "disconnected" | "none";

export function parseAgentChannel(xml: string): AgentChannel {
  const target = /<target\b[^>]*\bname=(["'])org\.qemu\.guest_agent\.0\1[^>]*>/.exec(xml)?.[0];
  if (target === undefined) return "none";
  return /\bstate=(["'])connected\1/.test(target) ? "connected" : "disconnected";
}
