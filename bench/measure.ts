/**
 * npm run bench:measure — what measuring costs the guest: the work that it gets done while it is observed as by default (probes,
 * ICMP echoes, requests), against the same time unobserved, alternately, five pairs. The work is a load that keeps its only
 * processor busy, by its own count. Two subjects: the same probe as a process of this machine, on a processor of its own (beside
 * the observer's, which meanwhile looks at another probe, because it costs this machine something too); and the guest of the lab
 * of the tests, which is built where it is not up. 3 % are allowed.
 */
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { hostOf, knownLab } from "../cli/access";
import { labStack } from "../cli/lab-stack";
import { textTable } from "../cli/table";
import { probePort } from "../components/guest-definition";
import { HostPool } from "../provider/host/host-pool";
import { connection as anyHost } from "../test/simulator/simulated-hosts";
import { RunsHere } from "../test/unit/provider/measure/runs-here";
import { buildProbe } from "./build-probe";
import { observedWork } from "./observed-work";

const limitMs = 15 * 60_000;

async function inLab(): Promise<string[]> {
  const stack = labStack("test");
  await execa(join(__dirname, "..", "lab"), ["up", stack.name, "-c", "guestRunsOn=source"], {
    timeout: limitMs,
  });
  const { hosts, outputs } = await knownLab(stack);
  const pool = new HostPool();
  try {
    const address = outputs?.guest?.address.split("/")[0] ?? "";
    return await observedWork("guest of the lab", {
      pool,
      host: hostOf(hosts, "nfs"),
      probe: { address, port: probePort },
    });
  } finally {
    pool.close();
  }
}

async function here(): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "kvmlab-bench-"));
  const program = buildProbe(folder);
  const pool = new RunsHere();
  pool.prefix = "taskset -c 1 ";
  const probes = [7321, 7322].map((port, processor) => {
    const data = mkdtempSync(join(folder, "data-"));
    const words = ["-c", String(processor), program, "-p", String(port), "-d", data];
    const subject = { pool, host: anyHost("here"), probe: { address: "127.0.0.1", port } };
    return { subject, process: spawn("taskset", words, { stdio: "ignore" }) };
  });
  try {
    await sleep(500);
    const [subject, other] = probes.map((probe) => probe.subject);
    if (subject === undefined) throw new Error("no probe");
    return await observedWork("process of this machine", subject, other);
  } finally {
    for (const { process } of probes) process.kill();
    await rm(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const rows = [await here(), await inLab()];
  console.log(textTable(["medians, pages/s", "unobserved", "observed", "cost"], rows));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
