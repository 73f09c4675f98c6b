/**
 * Keeps the foreign worker alive exactly while it works.
 *
 * Requirements
 * 1. A message on a port does not keep a service worker alive; only an extendable event does. Accepted requests therefore hold the
 *    `waitUntil` of the last event, and when there is none, a host frame is asked for one (a notice: nobody waits for it).
 * 2. After the last request the worker lingers, so that the next one finds it awake.
 * 3. Nothing is held while a new version waits: `updatefound` ends the linger. (A held `waitUntil` keeps a new version waiting even with
 *    `skipWaiting`: Chromium 156, Firefox 153, WebKitGTK 2.50, 2026-11.)
 * 4. Events are capped (Firefox 153: 60 s; Chromium 156: 300 s), so while work is open the hold is renewed.
 */
import { sw } from './global.js';

const LINGER = 10_000;
const RENEW_EVERY = 10_000;

export class Lifetime {
  readonly #askForEvent: () => void;
  #work = 0;
  #lastEnd = 0;
  #hold: { readonly promise: Promise<void>; readonly release: () => void } | undefined;
  #linger: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setInterval> | undefined;

  /** `askForEvent` asks some host frame to send this worker a functional event. */
  constructor(askForEvent: () => void) {
    this.#askForEvent = askForEvent;
  }

  /** Ties the worker's life to this event until it is idle. */
  adopt(event: ExtendableEvent): void {
    if (!this.#hold) {
      let release = () => {};
      const promise = new Promise<void>(resolve => {
        release = resolve;
      });
      this.#hold = { promise, release };
    }
    event.waitUntil(this.#hold.promise);
    if (this.#work === 0) this.#startLinger();
  }

  /** Some work has begun; call the returned function once it is over. */
  begin(): () => void {
    this.#work++;
    if (!this.#hold) this.#askForEvent();
    this.#renewal ??= setInterval(() => this.#renew(), RENEW_EVERY);
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#work--;
      this.#lastEnd = performance.now();
      if (this.#work === 0) this.#startLinger();
    };
  }

  /** A new version wants to take over: go as soon as the work is done. */
  letGo(): void {
    if (this.#work === 0) this.#release();
  }

  #renew(): void {
    if (this.#work > 0) return this.#askForEvent();
    clearInterval(this.#renewal);
    this.#renewal = undefined;
  }

  #startLinger(): void {
    if (sw.registration.installing ?? sw.registration.waiting) return this.#release();
    this.#linger ??= setTimeout(() => {
      this.#linger = undefined;
      if (this.#work > 0) return;
      // Something may have happened since: then the rest of its own linger is left.
      if (performance.now() - this.#lastEnd < LINGER) this.#startLinger();
      else this.#release();
    }, LINGER);
  }

  #release(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    this.#hold?.release();
    this.#hold = undefined;
  }
}
