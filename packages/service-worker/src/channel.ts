/**
 * The shim's end of a channel to one foreign worker.
 *
 * Requirements
 * 1. A port is a channel only once the worker behind it has said hello.
 * 2. A port whose far end has died says nothing (no engine fires `close`, 2026-11). Silence is noticed by the deadlines of the requests,
 *    and by `ping` before anything that must not be sent twice.
 * 3. Closing fails everything that is still open on it, except what has moved to another channel.
 * 4. A message that is malformed ends this channel and no other.
 * 5. A channel that was slow may still be alive: retired, it takes no new request, but what arrives late on it counts.
 */
import { ForeignFetchError, type ForeignRegistration, readToShim, type ToWorker } from '@foreign-fetch/protocol';
import type { ForeignRequest } from './foreign-request.js';
import { PatientTimer } from './patient-timer.js';

export interface Hello {
  readonly instance: string;
  readonly registration: ForeignRegistration;
}

/** How long a worker may take to acknowledge a request, in milliseconds. */
export const ACK_DEADLINE = 100;
/** How long a handler may take to answer. Firefox 153 cuts the event of a service worker at 60 s. */
const ANSWER_DEADLINE = 50_000;
/** With open requests, the worker gives a sign of life every 5 s; three missed ones mean that it is gone. */
const SILENCE = 16_000;

export class Channel {
  readonly hello: Promise<Hello>;
  /** Part of every request id, so that ids never repeat although the shim forgets its counter when it is stopped. */
  readonly #nonce = crypto.randomUUID();
  readonly #port: MessagePort;
  readonly #requests = new Map<string, ForeignRequest>();
  /** Ids of requests that have moved to another channel: here they are only listened for. */
  readonly #moved = new Set<string>();
  #isRetired = false;
  #count = 0;
  #lastSign = 0;
  #watch: ReturnType<typeof setInterval> | undefined;
  #pong: (() => void) | undefined;
  #settleHello!: { resolve(hello: Hello): void; reject(error: ForeignFetchError): void };
  isOpen = true;

  constructor(port: MessagePort) {
    this.#port = port;
    this.hello = new Promise((resolve, reject) => {
      this.#settleHello = { resolve, reject };
    });
    this.hello.catch(() => {});
    port.onmessage = event => this.#receive(event.data);
    port.onmessageerror = () => this.close(new ForeignFetchError('malformed-message', 'a message could not be read'));
  }

  nextId(): string {
    this.#count++;
    return `${this.#nonce}:${this.#count}`;
  }

  /** Milliseconds since the last message. */
  get quietFor(): number {
    return performance.now() - this.#lastSign;
  }

  send(request: ForeignRequest): void {
    this.#requests.set(request.id, request);
    this.#watch ??= setInterval(() => this.#checkSilence(), SILENCE / 4);
    request.attach(
      message => this.#post(message),
      closed => this.#forget(closed),
    );
  }

  /** Whether the worker acknowledges in time. A channel that is closed meanwhile has not. */
  acceptance(request: ForeignRequest): Promise<boolean> {
    if (request.isAccepted || request.isClosed) return Promise.resolve(request.isAccepted);
    return new Promise(resolve => {
      const timer = new PatientTimer(
        ACK_DEADLINE,
        () => resolve(request.isAccepted),
        () => this.#lastSign,
      );
      void Promise.race([request.accepted, request.finished]).then(() => {
        timer.clear();
        resolve(request.isAccepted);
      });
    });
  }

  /** The worker was too slow to acknowledge; it may only be busy. The request moves to another channel, under the same id. */
  retire(moving?: ForeignRequest): void {
    if (moving) this.#moved.add(moving.id);
    this.#isRetired = true;
    if (this.#requests.size === 0) this.close();
  }

  /** Whether the worker answers within `deadline` milliseconds. */
  async ping(deadline: number): Promise<boolean> {
    if (!this.isOpen) return false;
    return new Promise(resolve => {
      const timer = new PatientTimer(deadline, () => resolve(false));
      const previous = this.#pong;
      this.#pong = () => {
        timer.clear();
        resolve(true);
        previous?.();
      };
      this.#post({ type: 'ping' });
    });
  }

  close(error = new ForeignFetchError('channel-closed', 'the channel was closed')): void {
    if (!this.isOpen) return;
    this.#post({ type: 'close' });
    this.isOpen = false;
    clearInterval(this.#watch);
    this.#port.close();
    this.#settleHello.reject(error);
    for (const request of [...this.#requests.values()]) if (!this.#moved.has(request.id)) request.fail(error);
    this.#requests.clear();
  }

  #post(message: ToWorker): void {
    if (this.isOpen) this.#port.postMessage(message);
  }

  #receive(data: unknown): void {
    const message = readToShim(data);
    this.#lastSign = performance.now();
    if (!message)
      return this.close(new ForeignFetchError('malformed-message', 'the provider sent a message that we do not know'));
    switch (message.type) {
      case 'hello':
        return this.#settleHello.resolve(message);
      case 'mismatch': {
        const { min, max } = message.range;
        return this.close(new ForeignFetchError('protocol-mismatch', `the provider speaks protocol ${min} to ${max}`));
      }
      case 'pong':
        this.#pong?.();
        this.#pong = undefined;
        return;
      case 'alive':
        // The worker, too, must notice when its other end is gone.
        return this.#post({ type: 'ping' });
      default:
        return this.#requests.get(message.id)?.receive(message);
    }
  }

  /** Runs until it finds nothing to watch: most requests are over before it first does. */
  #checkSilence(): void {
    if (this.#requests.size === 0) {
      clearInterval(this.#watch);
      this.#watch = undefined;
    } else if (this.quietFor > SILENCE) {
      this.close(new ForeignFetchError('body-cut', "the provider's worker has fallen silent"));
    } else {
      for (const request of [...this.#requests.values()]) if (request.age > ANSWER_DEADLINE) request.giveUp();
    }
  }

  #forget(request: ForeignRequest): void {
    this.#requests.delete(request.id);
    this.#moved.delete(request.id);
    if (this.#requests.size === 0 && this.#isRetired) this.close();
  }
}
