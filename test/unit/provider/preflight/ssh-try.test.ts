import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ProviderError } from "../../../../provider/errors/provider-error";
import type { InspectionContext } from "../../../../provider/preflight/inspect-host";
import { SshTry } from "../../../../provider/preflight/ssh-try";
import { connection } from "../../../simulator/simulated-hosts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

const facts = { expected: "an end", found: "none", fix: "wait" };
const notAsked = async () => undefined as never;
const context = (script: InspectionContext["pool"]["script"]): InspectionContext => ({
  pool: { connect: notAsked, openTcp: notAsked, run: notAsked, virsh: notAsked, shell: notAsked, script },
  signal: new AbortController().signal,
});
const broken = (code: "KVM-404" | "KVM-402") =>
  context(async () => Promise.reject(new ProviderError({ code, ...facts })));
const begin = (within = context(async () => ({ stdout: "", stderr: "", exitCode: 0 }))) =>
  SshTry.begin(connection("source"), "target", within, true);
const another = async () => new Map([["ssh", "0"]]);

describe("a try of SSH that was begun early", () => {
  it("tells of its own way only, and as long as libvirt will find its connection", () => {
    const early = begin();
    expect(early.isOf("source", "target")).toBe(true);
    expect(early.isOf("target", "source")).toBe(false);
    expect(early.isOf("source", "third")).toBe(false);
    vi.advanceTimersByTime(16_000);
    expect(early.isOf("source", "target")).toBe(false);
  });

  it("is made again where it went over a connection that had broken", async () => {
    expect((await begin(broken("KVM-404")).answerOr(another)).get("ssh")).toBe("0");
  });

  it("fails as any other question does", async () => {
    await expect(begin(broken("KVM-402")).answerOr(another)).rejects.toMatchObject({
      facts: { code: "KVM-402" },
    });
  });
});
