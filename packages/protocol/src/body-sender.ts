/**
 * Sends a body over a port, chunk by chunk, against credit.
 * 1. A body that ends at once (most do) travels with its answer: `first()` tells.
 * 2. A chunk is copied before it is transferred: the source may be a branch of a tee, or reuse its buffer.
 * 3. Nothing is read while there is no credit.
 * 4. `cancel()` cancels the source; afterwards nothing is sent.
 */
import { MAX_CHUNK } from './channel-messages.js';

export interface BodySink {
  chunk(bytes: ArrayBuffer): void;
  end(size: number): void;
  cut(reason: string): void;
}

/** A whole body in one buffer, or a sender for one that is still under way. */
export type FirstLook = { readonly whole: ArrayBuffer | null } | { readonly sender: BodySender };

/** How much of a body may travel with the answer itself. */
const INLINE_LIMIT = 256 * 1024;

export class BodySender {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #early: Promise<ReadableStreamReadResult<Uint8Array>>[];
  #credit = 0;
  #size = 0;
  #sink: BodySink | undefined;
  #running = false;
  #done = false;

  private constructor(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    early: Promise<ReadableStreamReadResult<Uint8Array>>[],
  ) {
    this.#reader = reader;
    this.#early = early;
  }

  /** Looks whether `stream` ends at once, for as long as `patience` milliseconds. */
  static async first(stream: ReadableStream<Uint8Array> | null, patience: number): Promise<FirstLook> {
    if (!stream) return { whole: null };
    const reader = stream.getReader();
    const first = reader.read();
    const second = first.then(one => (one.done ? one : reader.read()));
    // Both promises are handed on; a rejection reaches whoever reads them, so it must not also be reported as unhandled.
    second.catch(() => {});
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>(resolve => {
      timer = setTimeout(() => resolve(undefined), patience);
    });
    const look = await Promise.race([second.catch(() => undefined), late]);
    clearTimeout(timer);
    if (look?.done) {
      const one = await first;
      if (one.done) return { whole: new ArrayBuffer(0) };
      if (one.value.byteLength <= INLINE_LIMIT) return { whole: copy(one.value) };
      return { sender: new BodySender(reader, [first, second]) };
    }
    return { sender: new BodySender(reader, [first, second]) };
  }

  start(sink: BodySink): void {
    this.#sink = sink;
    void this.#run();
  }

  /** Credit from the reader's side. */
  grant(bytes: number): void {
    this.#credit += bytes;
    void this.#run();
  }

  /** The reader no longer wants it. */
  cancel(reason: unknown): void {
    if (this.#done) return;
    this.#done = true;
    this.#reader.cancel(reason).catch(() => {});
  }

  async #run(): Promise<void> {
    if (this.#running || !this.#sink) return;
    this.#running = true;
    try {
      while (!this.#done && this.#credit > 0) {
        const { done, value } = await (this.#early.shift() ?? this.#reader.read());
        if (this.#done) return;
        if (done) {
          this.#done = true;
          this.#sink.end(this.#size);
          return;
        }
        if (!(value instanceof Uint8Array)) throw new TypeError('a body chunk is not a Uint8Array');
        for (let offset = 0; offset < value.byteLength; offset += MAX_CHUNK) {
          const bytes = copy(value.subarray(offset, offset + MAX_CHUNK));
          this.#size += bytes.byteLength;
          this.#credit -= bytes.byteLength;
          this.#sink.chunk(bytes);
        }
      }
    } catch (error) {
      if (this.#done) return;
      this.#done = true;
      this.#reader.cancel(error).catch(() => {});
      this.#sink.cut(error instanceof Error ? error.message : 'the body failed');
    } finally {
      this.#running = false;
    }
  }
}

function copy(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}
