import { mkdtemp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { probePort } from "../../components/guest-definition";
import { waitForProbe } from "../../provider/guest/wait-for-probe";
import { realClock } from "../../provider/host/clock";
import type { HostConnection } from "../../provider/host/host-connection";
import { HostPool } from "../../provider/host/host-pool";
import { parseCompletedJob } from "../../provider/host/job-text";
import { shellCommand } from "../../provider/host/shell-quote";
import { systemVirsh } from "../../provider/host/virsh-environment";
import type { MeasureOptionsInput } from "../../provider/measure/measure-options";
import { ensurePlacement } from "../../provider/migrate/ensure-placement";
import { migrateCommand } from "../../provider/migrate/migrate-command";
import type { Placement } from "../../provider/migrate/placement";
import { migrationInputs } from "../../provider/resources/inputs";
import { migration } from "../../provider/resources/migration";
import { checkSettings } from "../../stacks/settings";
import { firstGuest, topologyOf } from "../../stacks/topology/topology";
import { freshSsh } from "../fresh-ssh";
import type { MoveFigures, Place } from "../move-pairs";
import type { Subject } from "../observed-work";
import { definitionHere, serveDisk } from "./guest-here";
import { timedLog } from "./timed-log";
import { TimedPool } from "./timed-pool";
import type { TwoHosts } from "./two-hosts";

const verbose = process.env.BENCH_VERBOSE === "1";
const limitMs = 5 * 60_000;

/** The guest that is moved, on its two hosts. */
export class Course {
  readonly #topology = topologyOf(checkSettings({}));
  readonly #guest = firstGuest(this.#topology);
  /** The bare command's, open all the time. */
  readonly #pool = new HostPool();
  #placement: Placement | undefined;

  constructor(readonly servers: TwoHosts) {}

  /** The guest as its observer meets it. */
  get subject(): Subject {
    return { pool: this.#pool, host: this.servers.nfs, probe: this.#probe };
  }

  /** A probe that is no guest's, on the observer itself: what looks at it costs this machine the same, and the guest nothing. */
  async other(program: string): Promise<Subject> {
    const { nfs } = this.servers;
    const port = probePort + 1;
    await this.#run(
      nfs,
      `cd /tmp; nohup ${shellCommand([program, "-p", String(port), "-d", await mkdtemp(join(dirname(program), "data-"))])} > /dev/null 2>&1 & sleep 0.5`,
    );
    return { pool: this.#pool, host: nfs, probe: { address: "127.0.0.1", port } };
  }

  get #probe() {
    return { address: this.#guest.address.split("/")[0] ?? "", port: probePort };
  }

  async start(): Promise<void> {
    const { source, nfs } = this.servers;
    const guest = this.#guest;
    await this.#run(nfs, serveDisk(this.#topology, guest));
    await this.#run(
      source,
      `virsh define /dev/stdin && virsh start ${guest.name}`,
      definitionHere(this.#topology, guest),
    );
    const awaited = { name: guest.name, observer: nfs, probe: this.#probe, readyTimeoutSeconds: 120 };
    const context = { pool: this.#pool, signal: AbortSignal.timeout(limitMs) };
    await waitForProbe(awaited, source, { ...context, log: timedLog(0, false) });
    await this.#run(this.servers.target, "true");
  }

  /** Ends what the move before this one left. */
  begin(): Promise<void> {
    return freshSsh(this.#pool, this.servers);
  }

  /** The course's command over an SSH connection that is there already. */
  async byHand(from: Place, to: Place): Promise<MoveFigures> {
    const { name } = this.#guest;
    const started = performance.now();
    await this.#run(this.servers[from], migrateCommand(name, to));
    const seconds = (performance.now() - started) / 1000;
    const asked = `virsh domjobinfo ${name} --completed --keep-completed`;
    const job = parseCompletedJob(await this.#run(this.servers[to], asked));
    return { seconds, jobTimeMs: job?.timeMs ?? Number.NaN, downtimeMs: job?.downtimeMs ?? Number.NaN };
  }

  /** The resource's update, with a pool of its own: a plugin begins without a connection. */
  async byResource(
    to: Place,
    measure?: MeasureOptionsInput,
  ): Promise<Placement & { readonly seconds: number }> {
    const { nfs: observer, source, target } = this.servers;
    const inputs = migrationInputs.parse({
      ...migration.defaults,
      ...{ guest: this.#guest.name, hosts: [source, target], to, observer, probe: this.#probe, measure },
    });
    if (verbose) console.log(`the resource moves the guest to ${to}:`);
    const started = performance.now();
    const pool = verbose ? new TimedPool(started) : new HostPool();
    try {
      this.#placement = await ensurePlacement({ ...inputs, to }, this.#placement, {
        ...{ urn: "urn:pulumi:here::here::kvmlab:index:Migration::migration", pool, clock: realClock },
        ...{ signal: AbortSignal.timeout(limitMs), log: timedLog(started, verbose) },
      });
    } finally {
      pool.close();
    }
    const seconds = (performance.now() - started) / 1000;
    const { totalTimeMs, proofs } = this.#placement;
    if (verbose) {
      const verdicts = proofs.map(({ name, verdict }) => `${name} ${verdict}`).join(", ");
      console.log(
        `${(seconds * 1000).toFixed(0).padStart(7)} ms  done: totalTimeMs ${totalTimeMs}; ${verdicts}`,
      );
    }
    return { ...this.#placement, seconds };
  }

  async #run(host: HostConnection, command: string, stdin = ""): Promise<string> {
    const options = { timeoutMs: limitMs, signal: AbortSignal.timeout(limitMs), stdin };
    const { exitCode, stdout, stderr } = await this.#pool.run(host, `${systemVirsh}; ${command}`, options);
    if (exitCode !== 0) throw new Error(`${host.name}: ${stderr}`);
    return stdout;
  }
}
