/**
 * A hidden frame with a provider's host document, and the handshake with it.
 *
 * Requirements
 * 1. The frame speaks first (`syn`). Source *and* origin are checked on every window message: an ancestor may navigate the frame.
 * 2. The answer goes to the provider's exact origin, with one private port; a second `syn` ends the session.
 * 3. At first contact the frame never holds up the page's `load` event: it is `loading="lazy"` while the page loads. A known worker answers
 *    its own host document, so that frame is eager: a lazy one waits for the first rendering (Chromium 156, 2026-11), and a blocking
 *    stylesheet that we are to answer would wait for us.
 * 4. Each try is a new element, so that no history entries pile up.
 * 5. It is invisible, but not so hidden that an engine would throttle it (WebKit: `display: none`, off screen and zero opacity do).
 */
import { type Connect, fieldsOf } from '@foreign-fetch/protocol';

export interface HostFrameOptions {
  readonly url: string;
  /** A worker is known to answer this URL without the network. */
  readonly known: boolean;
  readonly connected: (port: MessagePort) => void;
  /** The session has ended: the frame was navigated, reloaded or removed. */
  readonly lost: () => void;
}

export class HostFrame {
  readonly #frame = document.createElement('iframe');
  readonly #options: HostFrameOptions;
  readonly #origin: string;
  readonly #listeners = new AbortController();
  #port: MessagePort | undefined;

  constructor(options: HostFrameOptions) {
    this.#options = options;
    this.#origin = new URL(options.url).origin;
  }

  open(): void {
    const frame = this.#frame;
    frame.loading = this.#options.known || document.readyState === 'complete' || document.hidden ? 'eager' : 'lazy';
    frame.setAttribute('sandbox', 'allow-scripts allow-same-origin');
    frame.setAttribute('aria-hidden', 'true');
    frame.tabIndex = -1;
    frame.title = 'foreign fetch';
    frame.referrerPolicy = 'origin';
    frame.style.cssText = 'position:fixed;top:0;left:0;width:1px;height:1px;border:0;opacity:.01;pointer-events:none';
    frame.src = this.#options.url;
    const { signal } = this.#listeners;
    window.addEventListener('message', event => this.#receive(event), { signal });
    // The body is not there yet when the script stands in the head.
    (document.body ?? document.documentElement).append(frame);
  }

  /** Removed from the page by somebody else, as some frameworks do when they swap the body. */
  get isAttached(): boolean {
    return this.#frame.isConnected;
  }

  close(): void {
    this.#listeners.abort();
    this.#port?.close();
    this.#port = undefined;
    this.#frame.remove();
  }

  #receive(event: MessageEvent): void {
    if (event.source !== this.#frame.contentWindow || event.source === null) return;
    if (event.origin !== this.#origin || fieldsOf(event.data)?.foreignFetch !== 'syn') return;
    if (this.#port) {
      this.close();
      return this.#options.lost();
    }
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const connect: Connect = { foreignFetch: 'connect' };
    (event.source as Window).postMessage(connect, this.#origin, [port2]);
    this.#options.connected(port1);
  }
}
