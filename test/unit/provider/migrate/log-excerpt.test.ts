import { describe, expect, test } from "vitest";
import { parseWritings } from "../../../../provider/migrate/host-logs";
import { logExcerpt, tellingLines } from "../../../../provider/migrate/log-excerpt";

const since = Date.parse("2026-11-23T10:00:00Z") / 1000;

/** A log that begins with the guest's start, an hour before; the command line is libvirt's, over several lines. */
const start = (
  time: string,
) => `${time}+0000: starting up libvirt version: 9.0.0, package: 9.0.0-4+deb12u2 (Debian), qemu version: 7.2.17, kernel: 6.1.0, hostname: source
LC_ALL=C \\
PATH=/usr/local/sbin:/usr/bin \\
/usr/bin/qemu-system-x86_64 \\
-name guest=guest,debug-threads=on \\
-device '{"driver":"pcie-root-port","error":"invalid"}' \\
-msg timestamp=on
char device redirected to /dev/pts/0 (label charserial0)
2026-11-23T09:00:01.102030Z qemu-system-x86_64: warning: TCG doesn't support requested feature: CPUID.01H:ECX.pcid [bit 17]
`;

/** What libvirt's daemon writes for every client that leaves. */
const journalNoise = `Domain id=3 name='guest' uuid=4b564d4c-6162-4000-8000-000000000050 is tainted: custom-argv
End of file while reading data: Input/output error
libvirt version: 9.0.0, package: 9.0.0-4+deb12u2 (Debian)
hostname: target
`;

describe("the lines of a host's logs that say why a move failed", () => {
  test("the target's QEMU could not load what came", () => {
    const qemu = `${start("2026-11-23 10:00:01.005")}2026-11-23T10:00:09.480111Z qemu-system-x86_64: Failed to load virtio_pci/modern_queue_state:used
2026-11-23T10:00:09.480218Z qemu-system-x86_64: error while loading state for instance 0x0 of device '0000:00:02.0/virtio-net'
2026-11-23T10:00:09.481050Z qemu-system-x86_64: load of migration failed: Input/output error
2026-11-23 10:00:09.540+0000: shutting down, reason=failed
`;
    const libvirt = `${journalNoise}internal error: qemu unexpectedly closed the monitor: 2026-11-23T10:00:09.481050Z qemu-system-x86_64: load of migration failed: Input/output error
`;
    expect(tellingLines({ since, qemu, libvirt })).toEqual([
      "Failed to load virtio_pci/modern_queue_state:used",
      "error while loading state for instance 0x0 of device '0000:00:02.0/virtio-net'",
      "load of migration failed: Input/output error",
      "shutting down, reason=failed",
    ]);
  });

  test("the source's QEMU lost its connection; what was written before the move does not count", () => {
    const qemu = `${start("2026-11-23 09:00:00.900")}2026-11-23T09:30:00.000001Z qemu-system-x86_64: Unable to write to socket: Broken pipe
2026-11-23 10:00:02.250+0000: initiating migration
2026-11-23T10:00:31.700000Z qemu-system-x86_64: Unable to write to socket: Connection reset by peer
`;
    const libvirt =
      "operation failed: migration out job: Unable to write to socket: Connection reset by peer\nCannot recv data: Connection reset by peer\n";
    expect(tellingLines({ since, qemu, libvirt })).toEqual([
      "Unable to write to socket: Connection reset by peer",
      "Cannot recv data: Connection reset by peer",
    ]);
  });

  test("a line without a time belongs to the one before it that has one", () => {
    const qemu = `2026-11-23T09:59:00.000001Z qemu-system-x86_64: something
Failed to get "write" lock
2026-11-23T10:00:05.000001Z qemu-system-x86_64: something
Failed to get shared "write" lock
`;
    expect(tellingLines({ since, qemu, libvirt: "" })).toEqual(['Failed to get shared "write" lock']);
  });

  test("a daemon that was killed or restarted is told, as systemd and the daemon's own file have it", () => {
    const libvirt = `libvirtd.service: Main process exited, code=killed, status=9/KILL
Stopping libvirtd.service - Virtualization daemon...
libvirtd.service: Found left-over process 812 (qemu-system-x86) in control group while starting unit. Ignoring.
This usually indicates unclean termination of a previous run, or service implementation deficiencies.
2026-11-23 10:00:20.123+0000: 595: error : virKeepAliveTimerInternal:132 : internal error: connection closed due to keepalive timeout
`;
    expect(tellingLines({ since, qemu: "", libvirt })).toEqual([
      "libvirtd.service: Main process exited, code=killed, status=9/KILL",
      "Stopping libvirtd.service - Virtualization daemon...",
      "internal error: connection closed due to keepalive timeout",
    ]);
  });

  test("a healthy host says nothing", () => {
    const qemu = `${start("2026-11-23 10:00:01.005")}2026-11-23 10:00:09.540+0000: shutting down, reason=migrated
`;
    expect(tellingLines({ since, qemu, libvirt: journalNoise })).toEqual([]);
  });

  test("a command in one line, as older versions write it, is never shown", () => {
    const qemu = `2026-11-23 10:00:01.005+0000: starting up
LC_ALL=C PATH=/usr/bin /usr/bin/qemu-system-x86_64 -name guest -object secret,id=failed0,data=abc
`;
    expect(tellingLines({ since, qemu, libvirt: "" })).toEqual([]);
  });

  test("four lines are enough, causes before what came of them; none is longer than 200 characters", () => {
    const libvirt = [
      "internal error: End of file from qemu monitor",
      ...[1, 2, 3, 4, 5].map((n) => `error ${n}: ${"x".repeat(300)}`),
    ].join("\n");
    const lines = tellingLines({ since, qemu: "", libvirt });
    expect(lines.map((line) => line.slice(0, 7))).toEqual(["error 1", "error 2", "error 3", "error 4"]);
    expect(lines.every((line) => line.length === 200 && line.endsWith("…"))).toBe(true);
  });
});

test("a host's answer is taken apart, with a journal and without one", () => {
  expect(parseWritings("1795000000\none\ntwo\n=qemu\nthree\n")).toEqual({
    since: 1795000000,
    libvirt: "one\ntwo",
    qemu: "three\n",
  });
  expect(parseWritings("1795000000\n=qemu\n")).toEqual({ since: 1795000000, libvirt: "", qemu: "" });
});

test("they end an error's words, each host's under its name; a silent host is not named", () => {
  const logs = [
    { host: "source", lines: ["one", "two"] },
    { host: "target", lines: [] },
  ];
  expect(logExcerpt(logs)).toBe(". log of source: one; two");
});
