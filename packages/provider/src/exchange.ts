/**
 * One accepted request, from acknowledgement to the end of its body.
 *
 * Requirements
 * 1. States: running -> answered -> closed, or aborted from any of them. `closed` comes once, when no message will be sent any more.
 * 2. `settled` comes once, after that, when the handler's own promises (`respondWith`, `waitUntil`) are settled too: an aborted handler
 *    may still be writing what it was told.
 * 3. What is sent goes to the port that the request came from last (`moveTo`): the earlier one may have died.
 */
import { BodySender, type RequestHead, type ToShim } from '@foreign-fetch/protocol';
import { createEventRequest } from './event-request.js';
import { ForeignFetchEvent, fire } from './foreign-fetch-event.js';
import { rule } from './respond-rules.js';

/** How long a body may take to show that it ends at once, in milliseconds. Bodies made from strings and buffers need a task or two. */
const LOOK = 4;
/** How long a handler whose client is gone may go on, in milliseconds: long enough to write down what it was told. */
const AFTERLIFE = 30_000;
/** What Chromium 156 gives one event of a service worker. */
const LONGEST_LIFE = 300_000;

export interface ExchangeOptions {
  readonly id: string;
  readonly head: RequestHead;
  readonly body: ArrayBuffer | null;
  readonly origin: string;
  /** The request as this worker's lists let it in, or `undefined` when they do not; the shim's copy of them may be older. */
  readonly admitted: () => RequestHead | undefined | Promise<RequestHead | undefined>;
  readonly closed: () => unknown;
  readonly settled: () => void;
}

export class Exchange {
  readonly id: string;
  readonly #options: ExchangeOptions;
  readonly #abort = new AbortController();
  #giveUp!: () => void;
  readonly #aborted = new Promise<undefined>(resolve => {
    this.#giveUp = () => resolve(undefined);
  });
  #send: (message: ToShim, transfer?: Transferable[]) => void;
  #sender: BodySender | undefined;
  #credit = 0;
  #answered = false;
  #over = false;
  #streamed: Promise<void> | undefined;
  #endStream = () => {};

  constructor(options: ExchangeOptions, send: (message: ToShim, transfer?: Transferable[]) => void) {
    this.id = options.id;
    this.#options = options;
    this.#send = send;
  }

  moveTo(send: (message: ToShim, transfer?: Transferable[]) => void): void {
    this.#send = send;
  }

  /** Says that the request has been accepted, unless its answer has said so. */
  acknowledge(): void {
    if (!this.#over && !this.#answered) this.#send({ type: 'ack', id: this.id });
  }

  /** Whether what is sent goes to this port. */
  isFor(send: (message: ToShim, transfer?: Transferable[]) => void): boolean {
    return this.#send === send;
  }

  pull(bytes: number): void {
    if (this.#sender) this.#sender.grant(bytes);
    else this.#credit += bytes;
  }

  /** The client no longer wants the answer. */
  abort(): void {
    if (this.#over) return;
    const reason = new DOMException('The client no longer wants the answer.', 'AbortError');
    this.#abort.abort(reason);
    this.#giveUp();
    this.#sender?.cancel(reason);
    this.#close();
  }

  async run(): Promise<void> {
    const extensions: Promise<unknown>[] = [];
    try {
      await this.#handle(promise => extensions.push(promise));
    } catch (error) {
      // Ours, not the handler's (those are reported by the browser): the client still gets its answer.
      console.error('[foreign-fetch]', error);
      this.#answer({ kind: 'error', reason: "the provider's worker failed" }, null);
    } finally {
      if (!this.#sender) this.#close();
      await this.#streamed;
      await settlement(extensions, this.#abort.signal.aborted ? AFTERLIFE : LONGEST_LIFE);
      this.#options.settled();
    }
  }

  async #handle(extend: (promise: Promise<unknown>) => void): Promise<void> {
    const admitted = this.#options.admitted();
    const head = admitted instanceof Promise ? await admitted : admitted;
    if (!head) return this.#answer({ kind: 'none' }, null);
    if (this.#over) return;
    const { body, origin } = this.#options;
    const request = createEventRequest(head, body, origin, this.#abort.signal);
    const event = new ForeignFetchEvent('foreignfetch', { request, origin, clientId: head.clientId, cancelable: true });
    const answer = fire(event, extend);
    if (answer) return this.#settle(answer, head);
    this.#answer(
      event.defaultPrevented ? { kind: 'error', reason: 'the listener called preventDefault()' } : { kind: 'none' },
      null,
    );
  }

  async #settle(answer: Promise<unknown>, head: RequestHead): Promise<void> {
    let value: unknown;
    try {
      value = await Promise.race([answer, this.#aborted]);
    } catch (error) {
      // The error may quote what the client must not see; it stays on this side.
      console.warn(
        `[foreign-fetch] ${head.url} became a network error: the promise given to respondWith() was rejected.`,
        error,
      );
      return this.#answer({ kind: 'error', reason: "the provider's handler failed" }, null);
    }
    if (this.#over) return;
    const { result, body, detail } = rule(value, {
      url: head.url,
      origin: this.#options.origin,
      redirect: head.redirect,
    });
    if (result.kind === 'error')
      console.warn(`[foreign-fetch] ${head.url} became a network error: ${detail ?? result.reason}`);
    if (result.kind === 'opaque' && head.mode === 'cors')
      console.warn(
        `[foreign-fetch] ${head.url} became a network error: without "origin" the client may not read the answer; add origin: event.origin`,
      );
    if (result.kind !== 'response' || head.method === 'HEAD') return this.#answer(result, null);
    const look = await BodySender.first(body, LOOK);
    if ('whole' in look) return this.#answer(result, look.whole);
    if (this.#over) return look.sender.cancel('aborted');
    this.#sender = look.sender;
    this.#answer(result, 'stream');
    this.#stream(look.sender);
  }

  #stream(sender: BodySender): void {
    const { id } = this;
    this.#streamed = new Promise(resolve => {
      this.#endStream = resolve;
    });
    sender.start({
      chunk: bytes => this.#send({ type: 'chunk', id, bytes }, [bytes]),
      end: size => {
        this.#send({ type: 'end', id, size });
        this.#close();
      },
      cut: reason => {
        console.warn(`[foreign-fetch] the body of ${this.#options.head.url} failed: ${reason}`);
        this.#send({ type: 'cut', id, reason: "the provider's body failed" });
        this.#close();
      },
    });
    sender.grant(this.#credit);
  }

  #answer(result: (ToShim & { type: 'answer' })['result'], body: ArrayBuffer | 'stream' | null): void {
    if (this.#over) return;
    this.#answered = true;
    this.#send({ type: 'answer', id: this.id, result, body });
  }

  #close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#endStream();
    this.#options.closed();
  }
}

/** Waits for what `waitUntil()` was given, and for what that gives it in turn; not for ever, since a held event keeps a new version waiting. */
async function settlement(extensions: readonly Promise<unknown>[], limit: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>(resolve => {
    timer = setTimeout(() => resolve('late'), limit);
  });
  for (let seen = -1; seen < extensions.length; ) {
    seen = extensions.length;
    if ((await Promise.race([Promise.allSettled(extensions), late])) === 'late') break;
  }
  clearTimeout(timer);
}
