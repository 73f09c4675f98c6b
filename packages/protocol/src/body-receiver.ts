/**
 * The reading end of a streamed body.
 * 1. Credit is granted as the page reads, so that a slow reader slows the sender.
 * 2. The stream closes only on `end` with the right size. Everything else errors it.
 * 3. A cancelled stream tells the sender once and forgets everything.
 */
import { BODY_WINDOW } from './channel-messages.js';
import { ForeignFetchError } from './errors.js';

export interface BodySource {
  /** Grants the sender credit for `bytes` more bytes. */
  pull(bytes: number): void;
  /** The page no longer wants the body. */
  cancel(): void;
  /** The body has ended, in whatever way; called once. */
  closed(): void;
}

export class BodyReceiver {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #source: BodySource;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #received = 0;
  #granted = 0;
  #open = true;

  constructor(source: BodySource) {
    this.#source = source;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: controller => {
          this.#controller = controller;
        },
        pull: () => this.#grant(),
        cancel: () => {
          if (!this.#close()) return;
          source.cancel();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: BODY_WINDOW / 2 }) as QueuingStrategy<Uint8Array>,
    );
  }

  chunk(bytes: ArrayBuffer): void {
    if (!this.#open) return;
    this.#received += bytes.byteLength;
    this.#controller.enqueue(new Uint8Array(bytes));
    if ((this.#controller.desiredSize ?? 0) > 0) this.#grant();
  }

  end(size: number): void {
    if (size !== this.#received) {
      this.fail(new ForeignFetchError('body-cut', `the body has ${this.#received} bytes of ${size}`));
    } else if (this.#close()) this.#controller.close();
  }

  fail(error: ForeignFetchError): void {
    if (this.#close()) this.#controller.error(error);
  }

  /** Tops the sender's credit up to a full window. */
  #grant(): void {
    const missing = BODY_WINDOW - (this.#granted - this.#received);
    if (!this.#open || missing < BODY_WINDOW / 2) return;
    this.#granted += missing;
    this.#source.pull(missing);
  }

  #close(): boolean {
    if (!this.#open) return false;
    this.#open = false;
    this.#source.closed();
    return true;
  }
}
