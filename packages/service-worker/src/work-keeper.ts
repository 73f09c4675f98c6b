/**
 * Keeps this worker alive while bodies stream through it. Firefox 153 stops a service worker 30 s after its last event even in the middle
 * of a response, and the page sees a clean end (measured 2026-11); a message from a page every 10 s prevents that.
 */
import { tellPages } from './tell-pages.js';

const RENEW_EVERY = 10_000;

export class WorkKeeper {
  #open = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Counts as work until `finished` settles. */
  track(finished: Promise<void>): void {
    this.#open++;
    // Most requests are over long before it ticks, so it stops at a tick and not with each of them.
    this.#timer ??= setInterval(() => this.#tick(), RENEW_EVERY);
    void finished.then(() => {
      this.#open--;
    });
  }

  #tick(): void {
    // To all of them: one answer is enough, but some may be frozen, or have no script of ours.
    if (this.#open > 0) return void tellPages({ foreignFetch: 'renew-me' });
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
