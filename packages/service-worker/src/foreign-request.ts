/**
 * One request on its way through a foreign worker, seen from the shim.
 *
 * Requirements
 * 1. States: sent -> accepted -> answered -> closed. `fail()` leads to closed from everywhere.
 * 2. `accepted` and `answer` always settle: whoever holds the request has a deadline, and closing a channel fails what is on it.
 * 3. Every channel that it was put on is told once, when nothing more may arrive.
 * 4. It may be put on a second channel when the first was silent; whichever answers first counts, and the rest is ignored.
 */
import {
  BodyReceiver,
  ForeignFetchError,
  type RequestHead,
  type Result,
  type ToShim,
  type ToWorker,
} from '@foreign-fetch/protocol';

export interface Answer {
  readonly result: Result;
  readonly body: ArrayBuffer | ReadableStream<Uint8Array> | null;
}

type Send = (message: ToWorker) => void;

export class ForeignRequest {
  readonly id: string;
  readonly head: RequestHead;
  /** Kept until the worker has accepted it: it may have to be sent again. */
  body: ArrayBuffer | null;
  readonly answer: Promise<Answer>;
  readonly accepted: Promise<void>;
  /** Fulfilled when the body has ended, in whatever way. */
  readonly finished: Promise<void>;
  readonly #since = performance.now();
  isAccepted = false;
  isClosed = false;
  #resolveAnswer!: (answer: Answer) => void;
  #rejectAnswer!: (error: ForeignFetchError) => void;
  #resolveAccepted!: () => void;
  #resolveFinished!: () => void;
  #receiver: BodyReceiver | undefined;
  #send: Send = () => {};
  readonly #channels: ((request: ForeignRequest) => void)[] = [];

  constructor(id: string, head: RequestHead, body: ArrayBuffer | null) {
    this.id = id;
    this.head = head;
    this.body = body;
    this.answer = new Promise((resolve, reject) => {
      this.#resolveAnswer = resolve;
      this.#rejectAnswer = reject;
    });
    this.answer.catch(() => {});
    this.accepted = new Promise(resolve => {
      this.#resolveAccepted = resolve;
    });
    this.finished = new Promise(resolve => {
      this.#resolveFinished = resolve;
    });
  }

  /** Puts the request on a channel: the one to talk to from now on. */
  attach(send: Send, closed: (request: ForeignRequest) => void): void {
    this.#send = send;
    this.#channels.push(closed);
    send({ type: 'request', id: this.id, head: this.head, body: this.body });
  }

  receive(message: ToShim & { id: string }): void {
    if (this.isClosed) return;
    switch (message.type) {
      case 'ack':
        return this.#accept();
      case 'answer':
        this.#accept();
        return this.#answered(message.result, message.body);
      case 'chunk':
        return this.#receiver?.chunk(message.bytes);
      case 'end':
        return this.#receiver?.end(message.size);
      case 'cut':
        return this.#receiver?.fail(
          new ForeignFetchError('body-cut', `the provider's worker failed in mid-body: ${message.reason}`),
        );
    }
  }

  /** The channel is gone, or a deadline has passed. */
  fail(error: ForeignFetchError): void {
    if (this.isClosed) return;
    this.#rejectAnswer(error);
    if (this.#receiver) this.#receiver.fail(error);
    else this.#close();
  }

  /** Milliseconds since it was made, while it has no answer; 0 afterwards: a body may take as long as it likes. */
  get age(): number {
    return this.#receiver ? 0 : performance.now() - this.#since;
  }

  /** The handler takes too long. */
  giveUp(): void {
    const { method, url } = this.head;
    this.#send({ type: 'abort', id: this.id });
    this.fail(
      new ForeignFetchError(
        'too-slow',
        `its worker did not answer ${method} ${url} within ${Math.round(this.age / 1000)} s`,
      ),
    );
  }

  /** Whoever made it has gone on: it is over unless its body is still on its way to the page. */
  drop(): void {
    if (!this.#receiver) this.abort();
  }

  /** Nobody wants the answer any more. */
  abort(): void {
    if (this.isClosed) return;
    this.#send({ type: 'abort', id: this.id });
    this.fail(new ForeignFetchError('aborted', 'the answer is no longer wanted'));
  }

  #accept(): void {
    this.isAccepted = true;
    this.body = null;
    this.#resolveAccepted();
  }

  #answered(result: Result, body: ArrayBuffer | 'stream' | null): void {
    if (this.#receiver) return;
    if (body !== 'stream') {
      this.#resolveAnswer({ result, body });
      return this.#close();
    }
    this.#receiver = new BodyReceiver({
      pull: bytes => this.#send({ type: 'pull', id: this.id, bytes }),
      cancel: () => this.#send({ type: 'abort', id: this.id }),
      closed: () => this.#close(),
    });
    this.#resolveAnswer({ result, body: this.#receiver.stream });
  }

  #close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const closed of this.#channels) closed(this);
    this.#resolveFinished();
  }
}
