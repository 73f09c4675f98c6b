/**
 * One provider, as the shim knows it: its registrations, its channels, its state.
 *
 * Requirements
 * 1. A live channel is never displaced by a new one: an offer that comes second is closed.
 * 2. Connecting asks every window client of ours; the first port that says hello wins. Nobody there within the grace: give up.
 * 3. All who wait for the same connection share one attempt (`connection-attempt.ts`).
 * 4. What the worker says about its lists is stored, so that the next start of the shim can decide without it.
 */
import {
  ForeignFetchError,
  type ForeignRegistration,
  hostUrl,
  longestScope,
  type ProviderState,
  type ProviderStatus,
  type ToPageFromShim,
} from '@foreign-fetch/protocol';
import { Channel } from './channel.js';
import { ConnectionAttempt } from './connection-attempt.js';
import type { ForeignRequest } from './foreign-request.js';
import type { StoredProvider } from './site-store.js';

const HELLO_DEADLINE = 2000;

export interface ProviderOptions {
  readonly origin: string;
  readonly stored: StoredProvider | undefined;
  /** Sends a message to every window client of this site. */
  readonly ask: (message: ToPageFromShim) => void;
  readonly changed: (provider: Provider) => void;
  /** Whether this worker may fetch from the provider at all: the CSP of its own script decides, not the page's. */
  readonly mayReach: () => Promise<boolean>;
  /** How long a page may take to say that it is there, in milliseconds. */
  readonly grace: () => number;
}

export class Provider {
  readonly origin: string;
  readonly #options: ProviderOptions;
  readonly #registrations = new Map<string, ForeignRegistration>();
  readonly #channels = new Map<string, Channel>();
  readonly #attempts = new Map<string, ConnectionAttempt>();
  #status: ProviderStatus;

  constructor(options: ProviderOptions) {
    this.#options = options;
    this.origin = options.origin;
    this.#status = options.stored?.status ?? { provider: options.origin, state: 'idle', reason: '' };
    for (const registration of options.stored?.registrations ?? []) this.#registrations.set(registration.scope, registration);
  }

  get status(): ProviderStatus {
    return this.#status;
  }

  get stored(): StoredProvider {
    return { origin: this.origin, registrations: [...this.#registrations.values()], status: this.#status };
  }

  /** Only the registration with the longest scope is considered (spec.md 3c). */
  registrationFor(url: string): ForeignRegistration | undefined {
    return this.#isUsable ? longestScope(this.#registrations.values(), url) : undefined;
  }

  get #isUsable(): boolean {
    const { state, retryAt } = this.#status;
    return state === 'active' || (retryAt !== undefined && Date.now() >= retryAt);
  }

  channelFor(registration: ForeignRegistration): Channel | undefined {
    return this.#channels.get(registration.scope);
  }

  setState(state: ProviderState, reason: string, retryAt?: number): void {
    if (this.#status.state === state && this.#status.reason === reason && retryAt === undefined) return;
    this.#status = { provider: this.origin, state, reason, ...(retryAt !== undefined && { retryAt }) };
    this.#options.changed(this);
  }

  /** Asks the pages to connect us at first contact: a notice, nobody waits for it. */
  meet(): void {
    this.#options.ask({ foreignFetch: 'need', provider: this.origin, hosts: this.#hosts() });
  }

  /**
   * A channel to the worker of `registration`: the standing one, or a new one. Rejects within the deadline. `quiet` is called when it
   * takes longer than a request that can also use the network should wait.
   */
  connect(registration: ForeignRegistration, quiet: () => void = () => {}): Promise<Channel> {
    const { scope } = registration;
    const standing = this.#channels.get(scope);
    if (standing?.isOpen) return Promise.resolve(standing);
    const attempt = this.#attempts.get(scope) ?? this.#startAttempt(scope);
    void attempt.quiet.then(quiet);
    return attempt.channel;
  }

  /** The channel does not answer: the next `connect` makes a new one. `moving` is the request that it did not acknowledge, if any. */
  suspect(registration: ForeignRegistration, channel: Channel, moving?: ForeignRequest): void {
    if (this.#channels.get(registration.scope) === channel) this.#channels.delete(registration.scope);
    channel.retire(moving);
  }

  /** A page has said that it is trying, or that it has come a step further. */
  present(): void {
    for (const attempt of this.#attempts.values()) attempt.signOfLife();
  }

  /** A page has found out something about this provider. */
  report(status: ProviderStatus): void {
    // A page's view does not end a channel that works.
    if ([...this.#channels.values()].some(channel => channel.isOpen)) return;
    this.setState(status.state, status.reason, status.retryAt);
    if (status.state === 'connecting' || status.state === 'installing') return;
    for (const attempt of this.#attempts.values()) attempt.failed(new ForeignFetchError('no-channel', status.reason));
  }

  /** A page hands us one end of a channel to the worker of `scope`. */
  async offer(port: MessagePort, scope: string): Promise<void> {
    const channel = new Channel(port);
    if (!scope.startsWith(`${this.origin}/`) || this.#channels.get(scope)?.isOpen) return channel.close();
    const timer = setTimeout(
      () => channel.close(new ForeignFetchError('no-channel', 'the worker did not say hello; does it import the provider script?')),
      HELLO_DEADLINE,
    );
    try {
      const { registration } = await channel.hello;
      if (registration.scope !== scope) throw new ForeignFetchError('malformed-message', 'the worker has another scope than the page said');
      // A request that we have said `respondWith` for must have a network to fall back to. Asked once: later there may be none.
      if (this.#registrations.size === 0 && !(await this.#options.mayReach())) {
        throw new ForeignFetchError('blocked', `this site's service worker may not fetch from ${this.origin}; add it to connect-src in the Content-Security-Policy of the worker's own script`);
      }
      this.#adopt(channel, registration);
    } catch (error) {
      this.#refused(scope, error instanceof ForeignFetchError ? error : new ForeignFetchError('no-channel', String(error)));
      channel.close();
    } finally {
      clearTimeout(timer);
    }
  }

  #adopt(channel: Channel, registration: ForeignRegistration): void {
    const { scope } = registration;
    if (this.#channels.get(scope)?.isOpen) return channel.close();
    this.#registrations.set(scope, registration);
    const handles = [...this.#registrations.values()].some(({ allowed, scopes }) => allowed && scopes.length > 0);
    if (registration.scopes.length === 0 || !registration.allowed) channel.close();
    else this.#channels.set(scope, channel);
    if (handles) this.setState('active', '');
    else if (registration.scopes.length === 0) this.setState('no-handler', 'its worker did not call registerForeignFetch()');
    else this.setState('no-handler', `its worker does not handle requests from ${self.location.origin}`);
    // The lists may have changed without the state.
    this.#options.changed(this);
    this.#attempts.get(scope)?.connected(channel);
  }

  #refused(scope: string, error: ForeignFetchError): void {
    if (error.code === 'protocol-mismatch') this.setState('protocol-mismatch', `${error.message}; update the older of the two`);
    else if (error.code === 'blocked') this.setState('blocked', error.message);
    else if (this.#status.state !== 'active') this.setState('no-handler', error.message);
    this.#attempts.get(scope)?.failed(error);
  }

  #startAttempt(scope: string): ConnectionAttempt {
    const attempt = new ConnectionAttempt(this.#options.grace());
    this.#attempts.set(scope, attempt);
    void attempt.channel.catch(() => {}).then(() => this.#attempts.delete(scope));
    this.meet();
    return attempt;
  }

  /** Where the provider's workers are known to answer with the host document, without a network. */
  #hosts(): string[] {
    return [...this.#registrations.keys()].map(hostUrl);
  }
}
