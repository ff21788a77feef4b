import type { Deployer } from "./deployer";
import { errorText, type Run } from "./stack";
import { hasWayOut, toldBy } from "./told";
import type { World } from "./world";

/** A run that takes longer than this in the hosts' time never ends. */
const longestRunMs = 3 * 3_600_000;

/** The runs of one stack, one after the other, and what is wrong with how they end. */
export class Runs {
  #going: Run | undefined;
  #over = true;

  constructor(
    readonly world: World,
    readonly stack: { readonly error: unknown },
    readonly wrong: string[],
  ) {}

  /** Who has the stack to do just now, or was killed at it. */
  get unfinished(): Deployer | undefined {
    return this.#over ? undefined : this.#going?.deployer;
  }

  /** Begins a run, unless one goes on: the engine lets nobody in twice. False when one does. */
  begin(start: () => Run): boolean {
    if (this.unfinished?.alive) return false;
    const going = start();
    this.#going = going;
    this.#over = false;
    void going.done.then(() => {
      if (this.#going !== going) return;
      this.#over = true;
      this.#check();
    });
    return true;
  }

  /** Lets the one that goes on come to its end. */
  async end(): Promise<void> {
    const deployer = this.unfinished;
    const ended = await this.world.time.until(() => !this.unfinished?.alive, longestRunMs);
    if (ended) return;
    this.wrong.push("a run never ends");
    deployer?.die(true);
  }

  /** Whatever failed says what was found, and what to do. */
  #check(): void {
    const { error } = this.stack;
    if (error === undefined) return;
    const told = toldBy(error);
    if (told.length === 0 || !told.every(hasWayOut))
      this.wrong.push(`an error without a way out: ${errorText(error)}`);
  }
}
