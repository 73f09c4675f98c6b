/**
 * One try to get a channel, shared by all requests that wait for it.
 *
 * Requirements
 * 1. It ends: with a channel, when no page speaks within the grace, when every page that spoke has failed, or at its deadline.
 * 2. Waiting is measured in silence, not in time: every step that a page reports is a sign of life. Silence for longer than `QUIET` lets
 *    the requests that can use the network too begin to (`quiet`), and so does a try that goes on for too long.
 * 3. Where a page may take long to speak, because it is being loaded, its steps may take longer too: a device that is busy with a page is
 *    busy with all of it.
 */
import { ForeignFetchError } from '@foreign-fetch/protocol';
import type { Channel } from './channel.js';
import { PatientTimer } from './patient-timer.js';

/** Silence that makes the network start too, in milliseconds. */
const QUIET = 150;
/** However lively the try is. */
const LONGEST_QUIET = 1500;
const DEADLINE = 3000;

export class ConnectionAttempt {
  readonly channel: Promise<Channel>;
  /** Fulfilled when it takes too long for a request that has another way. */
  readonly quiet: Promise<void>;
  readonly #pages = new Set<string>();
  readonly #patience: number;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #silence: PatientTimer;
  #settle!: { resolve(channel: Channel): void; reject(error: ForeignFetchError): void };
  #becomeQuiet!: () => void;

  /** `grace`: how long nobody may say anything at all. */
  constructor(grace: number) {
    this.channel = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.channel.catch(() => {});
    this.#patience = Math.max(QUIET, grace / 2);
    this.quiet = new Promise(resolve => {
      this.#becomeQuiet = resolve;
    });
    this.#silence = new PatientTimer(grace, () =>
      this.failed(new ForeignFetchError('no-client', 'no page with the foreign-fetch script answered')),
    );
    this.#timers.add(setTimeout(this.#becomeQuiet, LONGEST_QUIET));
    this.#timers.add(
      setTimeout(
        () => this.failed(new ForeignFetchError('no-channel', 'the provider could not be reached in time')),
        DEADLINE,
      ),
    );
  }

  /** `page`: the client that speaks. */
  signOfLife(page: string): void {
    this.#pages.add(page);
    this.#silence.clear();
    this.#silence = new PatientTimer(this.#patience, this.#becomeQuiet);
  }

  /** A page has failed. Returns whether it was the last one, and the try is over. */
  lost(page: string, error: ForeignFetchError): boolean {
    if (!this.#pages.delete(page) || this.#pages.size > 0) return false;
    this.failed(error);
    return true;
  }

  connected(channel: Channel): void {
    this.#end();
    if (channel.isOpen) this.#settle.resolve(channel);
    else this.#settle.reject(new ForeignFetchError('no-channel', 'the worker no longer handles this site'));
  }

  failed(error: ForeignFetchError): void {
    this.#end();
    this.#settle.reject(error);
  }

  #end(): void {
    this.#silence.clear();
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
