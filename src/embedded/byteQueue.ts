/** Reads a byte stream in pieces of wanted lengths. */
export class ByteQueue {
  readonly #source: AsyncIterator<Uint8Array>;
  #pending: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Whether no byte is left. */
  async ended(): Promise<boolean> {
    await this.#fill(1);
    return this.#pending.length === 0;
  }

  /** The next `length` bytes. Throws where fewer are left. */
  async take(length: number): Promise<Buffer> {
    await this.#fill(length);
    if (this.#pending.length < length) throw new Error(`it ends ${length - this.#pending.length} bytes too early`);
    const taken = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    return taken;
  }

  /** At least `length` bytes where there are as many, without taking them. */
  async peek(length: number): Promise<Buffer> {
    await this.#fill(length);
    return this.#pending;
  }

  /** Everything that is left, as it comes. */
  async *rest(): AsyncGenerator<Uint8Array, void, undefined> {
    const pending = this.#pending;
    this.#pending = Buffer.alloc(0);
    if (pending.length > 0) yield pending;
    while (!this.#ended) {
      const step = await this.#source.next();
      if (step.done === true) this.#ended = true;
      else yield step.value;
    }
  }

  async #fill(length: number): Promise<void> {
    const parts: Uint8Array[] = [this.#pending];
    let size = this.#pending.length;
    while (size < length && !this.#ended) {
      const step = await this.#source.next();
      if (step.done === true) this.#ended = true;
      else {
        parts.push(step.value);
        size += step.value.length;
      }
    }
    if (parts.length > 1) this.#pending = Buffer.concat(parts, size);
  }
}
