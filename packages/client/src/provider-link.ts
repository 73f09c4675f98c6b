/**
 * This page's link to one provider: opens its host frame when a channel is needed, and hands out channels.
 *
 * Requirements
 * 1. A frame is opened at first need, and never twice at once.
 * 2. A known worker is met at a URL inside its own scope, which it answers without a network; the well-known place comes second.
 * 3. Every try ends: with a session, or with a state, a reason and a time before which nobody tries again. A page that stays open tries
 *    again by itself then, or as soon as the browser says that it is online.
 */
import {
  type FromHost,
  fieldsOf,
  isProviderState,
  isText,
  PROTOCOL,
  type ProviderState,
  type ProviderStatus,
  type ToHost,
  WELL_KNOWN_PATH,
} from '@foreign-fetch/protocol';
import { diagnose } from './diagnose.js';
import { HostFrame } from './host-frame.js';

/** How long a host document may take to speak at first contact, in milliseconds after the page has loaded. */
const FIRST_DEADLINE = 3000;
/** And where a worker should answer it. Short, because that frame holds up the page's `load` event. */
const KNOWN_DEADLINE = 1000;
const DEAF_AFTER = 300;
const DEAF_BEFORE = 5000;
const FIRST_RETRY = 30_000;
const LAST_RETRY = 60 * 60_000;

export interface ProviderLinkOptions {
  readonly provider: string;
  /** Tells the site's worker that we are connecting, and have come a step further. */
  readonly progress: () => void;
  /** Tells the site's worker which scopes the provider declares. */
  readonly declared: (scopes: readonly string[]) => void;
  /** Hands one end of a channel to the site's worker. */
  readonly offer: (scope: string, port: MessagePort) => void;
  readonly report: (status: ProviderStatus) => void;
}

export class ProviderLink {
  readonly #options: ProviderLinkOptions;
  #frame: HostFrame | undefined;
  #port: MessagePort | undefined;
  #scopes: readonly string[] = [];
  #failures = 0;
  #offeredAt = Number.NEGATIVE_INFINITY;
  #last: ProviderStatus | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ProviderLinkOptions) {
    this.#options = options;
    window.addEventListener('online', () => {
      if (this.#retry !== undefined) this.#tryAgain();
    });
  }

  /** A channel is needed. `hosts`: where the provider's workers are known to answer; empty at first contact. */
  need(hosts: readonly string[]): void {
    if (this.#frame?.isAttached && !this.#isDead()) {
      this.#options.progress();
      return this.#offerAll();
    }
    // Nothing is said: another page may well be able to.
    if (this.#last?.retryAt !== undefined && this.#last.retryAt > Date.now()) return;
    this.#stop();
    this.#options.progress();
    void this.#tryEach(hosts.filter(url => this.#isOfProvider(url)));
  }

  /** Asked again soon after channels were handed out, but not at once (each worker of the provider may ask): they led nowhere. */
  #isDead(): boolean {
    const since = performance.now() - this.#offeredAt;
    return since > DEAF_AFTER && since < DEAF_BEFORE;
  }

  #tryAgain(): void {
    this.#last = undefined;
    this.need([]);
  }

  async #tryEach(known: readonly string[]): Promise<void> {
    let blocked = false;
    const watch = (event: SecurityPolicyViolationEvent) => {
      if (/frame|child|default/.test(event.effectiveDirective) && event.blockedURI.startsWith(this.#options.provider))
        blocked = true;
    };
    document.addEventListener('securitypolicyviolation', watch);
    try {
      this.#report('connecting', '');
      for (const url of known) if (await this.#tryOne(url, true)) return;
      if (await this.#tryOne(this.#options.provider + WELL_KNOWN_PATH, false)) return;
      this.#stop();
      const { state, reason } = await diagnose(this.#options.provider, blocked);
      this.#fail(state, reason);
    } finally {
      document.removeEventListener('securitypolicyviolation', watch);
    }
  }

  /** Whether the document at `url` spoke to us in time. */
  async #tryOne(url: string, known: boolean): Promise<boolean> {
    this.#frame?.close();
    const { promise, resolve } = withResolvers<MessagePort | undefined>();
    const frame = new HostFrame({ url, known, connected: resolve, lost: () => this.#stop() });
    this.#frame = frame;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const startDeadline = () => {
      timer = setTimeout(() => resolve(undefined), known ? KNOWN_DEADLINE : FIRST_DEADLINE);
    };
    frame.open();
    // A lazy frame may not even be requested before the page has loaded.
    if (known || document.readyState === 'complete') startDeadline();
    else window.addEventListener('load', startDeadline, { once: true });
    const port = await promise;
    clearTimeout(timer);
    window.removeEventListener('load', startDeadline);
    if (!port || this.#frame !== frame) return false;
    this.#options.progress();
    this.#port = port;
    port.onmessage = event => this.#receive(event.data);
    return true;
  }

  #receive(data: unknown): void {
    const message = readFromHost(data);
    if (!message) return this.#fail('protocol-mismatch', 'its host document sent a message that we do not know');
    this.#options.progress();
    this.#scopes = message.workers.map(({ scope }) => scope);
    if (message.state === 'active') {
      this.#options.declared(message.declared);
      this.#failures = 0;
      this.#last = undefined;
      // Whether the worker really handles this site is its own to say, to the site's worker.
      this.#offerAll();
    } else if (message.state === 'connecting' || message.state === 'installing')
      this.#report(message.state, message.reason);
    else this.#fail(message.state, message.reason);
  }

  #offerAll(): void {
    this.#offeredAt = performance.now();
    for (const scope of this.#scopes) {
      const { port1, port2 } = new MessageChannel();
      const message: ToHost = { foreignFetch: 'open', scope, range: PROTOCOL };
      this.#port?.postMessage(message, [port2]);
      this.#options.offer(scope, port1);
    }
  }

  #fail(state: ProviderState, reason: string): void {
    this.#stop();
    const wait = Math.min(FIRST_RETRY * 2 ** this.#failures, LAST_RETRY);
    this.#failures++;
    // Full jitter: many pages that saw the same outage must not come back at the same moment.
    const delay = Math.round(wait * (0.5 + Math.random() / 2));
    this.#retry = setTimeout(() => this.#tryAgain(), delay);
    this.#report(state, reason, Date.now() + delay);
  }

  #report(state: ProviderState, reason: string, retryAt?: number): void {
    const status: ProviderStatus = {
      provider: this.#options.provider,
      state,
      reason,
      ...(retryAt !== undefined && { retryAt }),
    };
    this.#last = status;
    this.#options.report(status);
  }

  /** Ends a session, or a try, and what was planned after it. */
  #stop(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#frame?.close();
    this.#frame = undefined;
    this.#port?.close();
    this.#port = undefined;
    this.#scopes = [];
  }

  #isOfProvider(url: string): boolean {
    return URL.canParse(url) && new URL(url).origin === this.#options.provider;
  }
}

function readFromHost(data: unknown): FromHost | undefined {
  const message = fieldsOf(data);
  if (message?.foreignFetch !== 'host-status' || !isProviderState(message.state) || !isText(message.reason, 2048))
    return undefined;
  if (!Array.isArray(message.workers) || message.workers.length > 64) return undefined;
  if (!Array.isArray(message.declared) || !message.declared.every(scope => isText(scope))) return undefined;
  const valid = message.workers.every(worker => {
    const fields = fieldsOf(worker);
    return fields !== undefined && isText(fields.scope) && isText(fields.script);
  });
  return valid ? (message as unknown as FromHost) : undefined;
}

/** `Promise.withResolvers`, which Safari has only had since 17.4. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>(settle => {
    resolve = settle;
  });
  return { promise, resolve };
}
