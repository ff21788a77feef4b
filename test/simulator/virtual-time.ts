import type { Clock } from "../../provider/host/clock";

interface Event {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
  cancelled: boolean;
}

const idle = () => new Promise<void>((resolve) => setImmediate(resolve));
/** So often nothing may be left to do while somebody still waits: work that takes real time, as loading a module does. */
const mostWaits = 1_000;

/** The one clock of a simulated world. It goes on when nobody has anything left to do at its present moment. */
export class VirtualTime {
  #now = 0;
  #order = 0;
  #queue: Event[] = [];
  #pumping = false;
  /** Whether time goes by itself, as a test without a history of events wants it. */
  readonly runsByItself: boolean;

  constructor(runsByItself = false) {
    this.runsByItself = runsByItself;
  }

  get now(): number {
    return this.#now;
  }

  /** Does something later; the function that it gives forgets it. */
  after(ms: number, act: () => void): () => void {
    const event = { at: this.#now + Math.max(0, ms), order: this.#order++, act, cancelled: false };
    this.#insert(event);
    if (this.runsByItself) void this.#pump();
    return () => {
      event.cancelled = true;
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Lets time go by until something is so, or for this long at most; gives whether it is. */
  async until(done: () => boolean, limitMs: number): Promise<boolean> {
    const end = this.#now + limitMs;
    let waits = 0;
    await idle();
    while (!done()) {
      const event = this.#next(end);
      if (event !== undefined) {
        waits = 0;
        this.#fire(event);
        await idle();
      } else if (this.#queue.length > 0 || ++waits > mostWaits) {
        this.#now = end;
        return done();
      } else await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return true;
  }

  /** Lets so much time go by. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await idle();
    for (let event = this.#next(end); event !== undefined; event = this.#next(end)) {
      this.#fire(event);
      await idle();
    }
    this.#now = end;
  }

  /** The product's clock for one process; after its end nothing wakes it any more. */
  clockOf(isAlive: () => boolean): Clock {
    return {
      now: () => this.#now,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          const forget = this.after(ms, () => {
            signal?.removeEventListener("abort", abort);
            if (isAlive()) resolve();
          });
          const abort = () => {
            forget();
            if (isAlive()) reject(signal?.reason);
          };
          signal?.addEventListener("abort", abort, { once: true });
        }),
      later: (ms, act) => this.after(ms, () => isAlive() && act()),
    };
  }

  #insert(event: Event): void {
    let index = this.#queue.length;
    while (index > 0 && (this.#queue[index - 1]?.at ?? 0) > event.at) index--;
    this.#queue.splice(index, 0, event);
  }

  #next(end: number): Event | undefined {
    for (;;) {
      const [event] = this.#queue;
      if (event === undefined || event.at > end) return undefined;
      this.#queue.shift();
      if (!event.cancelled) return event;
    }
  }

  #fire(event: Event): void {
    this.#now = event.at;
    event.act();
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    for (;;) {
      await idle();
      const event = this.#next(Number.POSITIVE_INFINITY);
      if (event === undefined) break;
      this.#fire(event);
    }
    this.#pumping = false;
  }
}
