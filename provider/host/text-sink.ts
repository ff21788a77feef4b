/** Collects output, and hands it on in pieces that never split a character. */
export class TextSink {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #pieces: string[] = [];
  readonly #onText: ((text: string) => void) | undefined;

  constructor(onText: ((text: string) => void) | undefined) {
    this.#onText = onText;
  }

  add(data: Buffer): void {
    this.#take(this.#decoder.decode(data, { stream: true }));
  }

  end(): string {
    this.#take(this.#decoder.decode());
    return this.#pieces.join("");
  }

  #take(text: string): void {
    if (text === "") return;
    this.#pieces.push(text);
    this.#onText?.(text);
  }
}
