import { forecastLines } from "kvmlab-provider/forecast/forecast-text";
import { viewGuest } from "kvmlab-provider/host/guest-view";
import { HostPool } from "kvmlab-provider/host/host-pool";
import { seenAt } from "kvmlab-provider/host/hosts-of-guest";
import { inspectUntilSure } from "kvmlab-provider/migrate/inspect-until-sure";
import { planMigration } from "kvmlab-provider/migrate/plan-migration";
import { situationOf } from "kvmlab-provider/migrate/situation";
import { rules } from "kvmlab-provider/preflight";
import type { Evaluation } from "kvmlab-provider/preflight/evaluate";
import { inspectHost } from "kvmlab-provider/preflight/inspect-host";
import { runPreflight } from "kvmlab-provider/preflight/run-preflight";
import { SshTry } from "kvmlab-provider/preflight/ssh-try";
import { waiverProblems } from "kvmlab-provider/preflight/waivers";
import type { Forecast } from "kvmlab-provider/sdk/forecast";
import type { Figure } from "kvmlab-provider/sdk/measurement";
import { LabError } from "../errors/lab-error";
import { topologyOf } from "../stacks/topology/topology";
import { exists } from "../toolchain/cache";
import { guestNamed, hostOf, knownLab, kvmHosts } from "./access";
import { placing } from "./guest-settings";
import { type LabStack, labStack, settingsInUse, settingsOf } from "./lab-stack";
import { preflightForecast } from "./preflight-forecast";
import { textTable } from "./table";

/** Whether the lab's guest could move now, and what speaks against it. */
export interface LabPreflight {
  readonly lab: string;
  readonly guest: string;
  readonly from: string;
  readonly to: string;
  /** Whether nothing speaks against the move that is not waived. */
  readonly passed: boolean;
  readonly tookMs: number;
  /** The word for `-c` that moves it. */
  readonly placing: string;
  /** Every rule, in the order of the course. None when the guest already is where it should be. */
  readonly rules: readonly Evaluation[];
  /** How the move is likely to go, in the way that the lab's settings say. */
  readonly forecast: Figure<Forecast>;
}

const limitMs = 120_000;

export interface PreflightOptions {
  /** Which guest; the first where it is left out. */
  readonly guest?: string;
  /** The host to move to; the one that the guest does not run on when left out. */
  readonly to?: string;
  /** Codes that should not stop the move, beside those of the stack's file. */
  readonly waive?: readonly string[];
}

/**
 * Lets every rule look at a move of one of the lab's guests, and moves nothing.
 *
 * @throws LabError KVM-906 no such host, KVM-908 no such guest, KVM-913 a rule that cannot be waived, KVM-601 the guest is nowhere, KVM-603 two copies run, KVM-604 it is shut off
 */
export async function labPreflight(name: string, options: PreflightOptions = {}): Promise<LabPreflight> {
  const { to, waive = [] } = options;
  checkWaivers(waive);
  const stack = labStack(name);
  const known = await knownLab(stack);
  const hosts = kvmHosts(known.hosts);
  const placed = known.outputs?.guests.map(({ guest }) => guest) ?? [];
  // A bare lab's guest is the one that its user installs.
  const guests = placed.length > 0 ? placed : topologyOf(settingsInUse(stack)).guests;
  const guest = guestNamed<{ readonly name: string }>(guests, options.guest).name;
  if (to !== undefined) hostOf(hosts, to);
  const pool = new HostPool();
  try {
    const signal = AbortSignal.timeout(limitMs);
    const view = await inspectUntilSure(() =>
      viewGuest(hosts, { guest }, signal, (host, asked) => inspectHost(host, hosts, asked, { pool, signal })),
    );
    const situation = situationOf(view);
    const here = situation.kind === "running" || situation.kind === "paused" ? situation.on : undefined;
    const other = to ?? hosts.find((host) => host.name !== here)?.name ?? "target";
    const step = planMigration(guest, other, view);
    if (step.action === "wait") throw step.refusal;
    const lab = { lab: name, guest, to: other, placing: placing(stack, guest, other) };
    // What goes on already, or is to be completed, asks no rule any more.
    if (step.action !== "move") return { ...lab, from: other, ...nothingToMove };
    const at = (host: string) => ({ connection: hostOf(hosts, host), inspection: seenAt(view.seen, host) });
    const [source, target] = [at(step.from), at(step.to)];
    const context = { pool, signal };
    const sshTry = SshTry.begin(source.connection, target.connection.name, context, true);
    const [{ evaluations, failures, tookMs }, forecast] = await Promise.all([
      waivedByStack(stack).then((byStack) =>
        runPreflight(
          { guest, source, target, carriedByHosts: true, sshTry },
          { ...context, waive: [...waive, ...byStack] },
        ),
      ),
      preflightForecast({ stack, outputs: known.outputs, guest, source, target, sshTry }, context),
    ]);
    const passed = failures.length === 0;
    return { ...lab, from: step.from, passed, tookMs, rules: evaluations, forecast };
  } finally {
    pool.close();
  }
}

const nothingToMove = {
  ...{ passed: true, tookMs: 0, rules: [] },
  forecast: { missing: "there is nothing to move" },
} as const;

/** @throws LabError KVM-913 */
export function checkWaivers(codes: readonly string[]): void {
  const problems = waiverProblems(
    codes,
    rules.map(({ code }) => code),
  );
  if (problems.length === 0) return;
  throw new LabError({
    code: "KVM-913",
    expected: problems.join("\n            "),
    found: codes.map((code) => `--waive ${code}`).join(" "),
    fix: "leave it out, and fix what the rule finds: ./lab preflight",
  });
}

/** What `./lab up` would waive too. */
async function waivedByStack(stack: LabStack): Promise<readonly string[]> {
  return (await exists(stack.file)) ? settingsOf(stack, {}).waive : [];
}

/** The verdicts as a table for people. */
export function preflightTable(preflight: LabPreflight): string {
  const { guest, from, to, passed, tookMs, rules, forecast } = preflight;
  if (rules.length === 0) return `${guest} runs on ${to} already: there is nothing to move`;
  const rows = rules.map(({ code, rule, verdict, found, fix }) => [`${code} ${rule}`, verdict, found, fix]);
  const failed = rules.filter(({ verdict }) => verdict === "fail").length;
  const waived = rules.filter(({ verdict }) => verdict === "waived").map(({ code }) => code);
  // What is waived here only counts for a move when it is said there too.
  const waive = waived.length === 0 ? "" : ` -c waive=${waived.join(",")}`;
  const outcome = passed
    ? `${guest} can move from ${from} to ${to}: ./lab up -c ${preflight.placing}${waive}`
    : `${guest} cannot move from ${from} to ${to}: ${failed} of ${rules.length} rules speak against it`;
  return [
    textTable(["rule", "verdict", "what was found", "fix"], rows, { widths: [26, 9, 58, 46] }),
    `${outcome} (looked in ${(tookMs / 1000).toFixed(1)} s)`,
    ...(passed ? forecastLines(forecast) : []),
  ].join("\n");
}
