/** How far the copying of a guest's memory has come. */
export class MemoryCopy {
  #leftMs: number;
  #totalMs: number;
  iteration = 1;

  constructor(totalMs: number) {
    [this.#leftMs, this.#totalMs] = [totalMs, totalMs];
  }

  /** How much is left, from 1 down to 0. */
  get left(): number {
    return Math.max(0, this.#leftMs / this.#totalMs);
  }

  /** Copies for so long; true when nothing is left. */
  goOn(ms: number): boolean {
    this.#leftMs -= ms;
    return this.#leftMs <= 0;
  }

  /** One pass over the memory after the other, three of them. */
  countPasses(): void {
    this.iteration = 1 + Math.floor(3 * (1 - this.left));
  }

  /** The rest alone, which is fetched after the switch. */
  switch(restMs: number): void {
    [this.#leftMs, this.#totalMs] = [restMs, restMs];
  }
}
