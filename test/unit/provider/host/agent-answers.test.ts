import { describe, expect, test } from "vitest";
import {
  errorsFileOf,
  filePiece,
  parseAgentAnswer,
  parseAgentChannel,
  parseBootId,
  parseMounts,
  parseUptimeMs,
} from "../../../../provider/host/agent-answers";

describe("an answer of the guest agent, as virsh prints it", () => {
  test("is told", () => {
    const text =
      '{"return":{"count":37,"buf-b64":"YzFhM2YzZjQtNmNiMi00YmQ4LTlmNWYtMGMyZDNiNWY2YTcwCg==","eof":false}}\n\n';
    const answer = parseAgentAnswer(text);
    expect(answer.kind).toBe("told");
    const piece = filePiece.parse(answer.kind === "told" ? answer.value : undefined);
    expect(parseBootId(piece)).toBe("c1a3f3f4-6cb2-4bd8-9f5f-0c2d3b5f6a70");
    expect(parseAgentAnswer('{"return":1795455022123456789}\n')).toMatchObject({ kind: "told" });
    expect(parseAgentAnswer('{"return":{}}')).toEqual({ kind: "told", value: {} });
  });

  test.each([
    [
      '{"error":{"class":"CommandNotFound","desc":"The command guest-file-open has been disabled for this instance"}}',
      "CommandNotFound: The command guest-file-open has been disabled for this instance",
    ],
    ['{"error":{"class":"CommandNotFound"}}', "CommandNotFound"],
    [
      "error: internal error: unable to execute QEMU agent command 'guest-file-open': Command guest-file-open has been disabled: the command is not allowed",
      "Command guest-file-open has been disabled: the command is not allowed",
    ],
    [
      "error: internal error: unable to execute QEMU agent command 'guest-file-open': failed to open file '/proc/uptime' (mode: 'r'): The system cannot find the path specified.",
      "failed to open file '/proc/uptime' (mode: 'r'): The system cannot find the path specified.",
    ],
  ])("is a refusal of the agent's own: %s", (text, words) => {
    expect(parseAgentAnswer(text)).toEqual({ kind: "refused", words });
  });

  test.each([
    [
      "error: Guest agent is not responding: Guest agent not available for now\n",
      "Guest agent is not responding: Guest agent not available for now",
    ],
    [
      "error: argument unsupported: QEMU guest agent is not configured",
      "argument unsupported: QEMU guest agent is not configured",
    ],
    ["", "virsh gave no answer"],
    ['{"return":{"count":', "virsh gave no answer"],
  ])("is silence: %j", (text, words) => {
    expect(parseAgentAnswer(text)).toEqual({ kind: "silent", words });
  });
});

describe("a guest's files", () => {
  test("tell how long it has been up, and what is mounted", () => {
    expect(parseUptimeMs("350735.47 234388.90\n")).toBe(350_735_470);
    expect(parseUptimeMs("")).toBeUndefined();
    expect(parseBootId("no ID")).toBeUndefined();
    const mounts = parseMounts(
      "/dev/vda1 / ext4 rw,relatime,errors=remount-ro 0 0\n/dev/vda1 /again ext4 ro 0 0\n/dev/mapper/v-data /data xfs ro,attr2 0 0\n/dev/loop0 /snap/x squashfs ro 0 0\nproc /proc proc rw 0 0\n",
    );
    expect(mounts).toEqual([
      { device: "/dev/vda1", type: "ext4", readOnly: false, turnsReadOnly: true },
      { device: "/dev/mapper/v-data", type: "xfs", readOnly: true, turnsReadOnly: false },
    ]);
    expect(mounts.map(errorsFileOf)).toEqual(["/sys/fs/ext4/vda1/errors_count", undefined]);
    const escaping = { device: "/dev/..", type: "ext4", readOnly: false, turnsReadOnly: false };
    expect(errorsFileOf({ ...escaping, device: "/dev/a/../b" })).toBeUndefined();
  });
});

describe("the agent's channel in a live definition", () => {
  const channel = (state: string) => `<channel type='unix'>
      <source mode='bind' path='/var/lib/libvirt/qemu/channel/target/domain-1-guest/org.qemu.guest_agent.0'/>
      <target type='virtio' name='org.qemu.guest_agent.0'${state}/>
    </channel>`;
  test.each([
    [channel(" state='connected'"), "connected"],
    [channel(" state='disconnected'"), "disconnected"],
    [channel(""), "disconnected"],
    ["<target type='virtio' name='com.redhat.spice.0' state='connected'/>", "none"],
  ])("%s", (xml, expected) => {
    expect(parseAgentChannel(xml)).toBe(expected);
  });
});
