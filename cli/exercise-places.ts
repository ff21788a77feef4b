import { execa } from "execa";
import type { HostConnection } from "kvmlab-provider/host/host-connection";
import { HostPool } from "kvmlab-provider/host/host-pool";
import type { Place, Role } from "../course/exercise";
import type { LabValues } from "../course/lab-values";
import { hostsOfRoles } from "./active-exercise";
import { type LabStack, projectFolder } from "./lab-stack";

/** What runs a script: it hands over what is printed as it comes, and ends within the limit. */
export interface PlaceLimits {
  readonly timeoutMs: number;
  readonly onStdout: (text: string) => void;
}

/** Where an exercise's checks look and its commands are typed: the lab's servers, and the folder in which `./lab` is. */
export class ExercisePlaces {
  readonly #hosts: Readonly<Record<Role, HostConnection>>;
  readonly #pool = new HostPool();

  private constructor(hosts: Readonly<Record<Role, HostConnection>>) {
    this.#hosts = hosts;
  }

  /** @throws LabError KVM-905 when the lab is not up */
  static async open(stack: LabStack): Promise<ExercisePlaces> {
    return new ExercisePlaces(await hostsOfRoles(stack));
  }

  /** Runs a script of sh that changes nothing. */
  async script(place: Place, script: string, { timeoutMs, onStdout }: PlaceLimits): Promise<void> {
    if (place === "lab") {
      const here = execa("sh", ["-s"], { ...inProject, input: script, timeout: timeoutMs });
      here.stdout?.setEncoding("utf8").on("data", onStdout);
      await here;
      return;
    }
    const signal = AbortSignal.timeout(timeoutMs);
    await this.#pool.script(this.#hosts[place], script, [], { timeoutMs, signal, onStdout });
  }

  /** Types a command: what it prints is shown as it comes. */
  async type(
    place: Place,
    command: string,
    timeoutMs: number,
  ): Promise<{ exitCode: number; stderr: string }> {
    if (place === "lab") {
      // `./lab` shows how it gets on by itself, and its own error when it fails.
      const here = await execa("sh", ["-c", command], { ...inProject, stdio: "inherit", timeout: timeoutMs });
      return { exitCode: here.exitCode ?? 1, stderr: "" };
    }
    return this.#pool.run(this.#hosts[place], command, {
      timeoutMs,
      signal: AbortSignal.timeout(timeoutMs),
      onStdout: (text) => process.stdout.write(text),
      onStderr: (text) => process.stderr.write(text),
    });
  }

  close(): void {
    this.#pool.close();
  }
}

const inProject = { cwd: projectFolder, reject: false } as const;

/** What stands before a command, so that everybody sees where it is typed. */
export function promptOf(place: Place, values: LabValues): string {
  return place === "lab" ? "$" : `root@${placeName(place, values)}:~#`;
}

export function placeName(place: Place, values: LabValues): string {
  return place === "lab" ? "./lab" : (values[place]?.name ?? place);
}
