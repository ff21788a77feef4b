import { execa } from "execa";
import { systemPath } from "./hypervisor-exec";

const answerLimitMs = 10_000;

/** What virsh, run outside the namespaces, was told. */
export interface Answer {
  readonly ok: boolean;
  /** virsh's output, or its complaint. */
  readonly text: string;
}

/** Asks the libvirtd at `uri`; a daemon that does not answer within 10 s counts as a failure. */
export async function askLibvirtd(uri: string, args: readonly string[]): Promise<Answer> {
  const result = await execa("virsh", ["--quiet", "--connect", uri, ...args], {
    reject: false,
    timeout: answerLimitMs,
    stdin: "ignore",
    env: { PATH: systemPath, LC_ALL: "C" },
  });
  const ok = result.exitCode === 0;
  return { ok, text: ok ? result.stdout : result.stderr || "virsh did not run or did not end" };
}

/** Whether libvirtd is up and has its pool of host images. */
export async function libvirtdAnswers(uri: string): Promise<Answer> {
  const answer = await askLibvirtd(uri, ["pool-list", "--name"]);
  const hasBase = answer.text.split("\n").some((line) => line.trim() === "base");
  if (answer.ok && !hasBase)
    return { ok: false, text: "libvirtd runs, but its pool of host images is not active" };
  return answer;
}
