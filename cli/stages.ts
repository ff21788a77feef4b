import { textTable } from "./table";

/** How long one stage took. */
export interface StageTime {
  readonly stage: string;
  readonly seconds: number;
}

/** Remembers how long each stage takes, on a monotonic clock. */
export class Stages {
  readonly #begun = performance.now();
  readonly times: StageTime[] = [];

  async run<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.times.push({ stage, seconds: (performance.now() - started) / 1000 });
    }
  }

  add(stage: string, seconds: number): void {
    this.times.push({ stage, seconds });
  }

  get totalSeconds(): number {
    return (performance.now() - this.#begun) / 1000;
  }

  table(): string {
    const rows = this.times.map(({ stage, seconds }) => [stage, seconds.toFixed(1)]);
    return textTable(["stage", "seconds"], [...rows, ["in all", this.totalSeconds.toFixed(1)]], {
      right: [1],
    });
  }
}
