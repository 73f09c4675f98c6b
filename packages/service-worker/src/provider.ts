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
}

/** A provider that did not answer in time, this often in a row, is left alone for a while. */
const SLOW_LIMIT = 3;
const SLOW_RETRY = 30_000;

export class Provider {
  readonly origin: string;
  readonly #options: ProviderOptions;
  readonly #registrations = new Map<string, ForeignRegistration>();
  readonly #channels = new Map<string, Channel>();
  readonly #attempts = new Map<string, ConnectionAttempt>();
  #status: ProviderStatus;
  #slow = 0;

  constructor(options: ProviderOptions) {
    this.#options = options;
    this.origin = options.origin;
    this.#status = options.stored?.status ?? { provider: options.origin, state: 'idle', reason: '' };
    for (const registration of options.stored?.registrations ?? [])
      this.#registrations.set(registration.scope, registration);
  }

  get status(): ProviderStatus {
    return this.#status;
  }

  get stored(): StoredProvider {
    const registrations = [...this.#registrations.values()];
    // A state of transition ends with this run of the worker, or with the page that reported it.
    const state: ProviderState = registrations.length > 0 ? 'active' : 'idle';
    const status: ProviderStatus = isTransient(this.#status.state)
      ? { provider: this.origin, state, reason: '' }
      : this.#status;
    return { origin: this.origin, registrations, status };
  }

  /** Whether a page should contact the provider now, without a request that needs it. */
  get isToBeMet(): boolean {
    const { state, retryAt } = this.#status;
    return state !== 'active' && (retryAt === undefined || Date.now() >= retryAt);
  }

  /** What a page needs to know to connect us. */
  get need(): ToPageFromShim {
    return { foreignFetch: 'need', provider: this.origin, hosts: [...this.#registrations.keys()].map(hostUrl) };
  }

  /** Only the registration with the longest scope is considered (spec.md 3c). */
  registrationFor(url: string): ForeignRegistration | undefined {
    return this.#isUsable ? longestScope(this.#registrations.values(), url) : undefined;
  }

  get #isUsable(): boolean {
    const { state, retryAt } = this.#status;
    return state === 'active' || (retryAt !== undefined && Date.now() >= retryAt);
  }

  /** Whether a channel stands: then it does not matter who asks. */
  isConnected(registration: ForeignRegistration): boolean {
    return this.#channels.get(registration.scope)?.isOpen === true;
  }

  setState(state: ProviderState, reason: string, retryAt?: number): void {
    if (this.#status.state === state && this.#status.reason === reason && retryAt === undefined) return;
    this.#status = { provider: this.origin, state, reason, ...(retryAt !== undefined && { retryAt }) };
    this.#options.changed(this);
  }

  /**
   * A channel to the worker of `registration`: the standing one, or a new one. Rejects within the deadline. `quiet` is called when it
   * takes longer than a request that can also use the network should wait. `grace`: how long no page may say anything, in milliseconds.
   */
  connect(registration: ForeignRegistration, grace: number, quiet: () => void = () => {}): Promise<Channel> {
    const { scope } = registration;
    const standing = this.#channels.get(scope);
    if (standing?.isOpen) return Promise.resolve(standing);
    const attempt = this.#attempts.get(scope) ?? this.#startAttempt(scope, grace);
    void attempt.quiet.then(quiet);
    return attempt.channel;
  }

  /** The channel does not answer: the next `connect` makes a new one. `moving` is the request that it did not acknowledge, if any. */
  suspect(registration: ForeignRegistration, channel: Channel, moving?: ForeignRequest): void {
    if (this.#channels.get(registration.scope) === channel) this.#channels.delete(registration.scope);
    channel.retire(moving);
  }

  /** A page has said that it is trying, or that it has come a step further. */
  present(page: string): void {
    for (const attempt of this.#attempts.values()) attempt.signOfLife(page);
  }

  /** A page has found out something about this provider. Other pages, and a worker that is known, may know better. */
  report(status: ProviderStatus, page: string): void {
    if ([...this.#channels.values()].some(channel => channel.isOpen)) return;
    const isKnown = this.#registrations.size > 0;
    if (isTransient(status.state)) {
      if (!isKnown) this.setState(status.state, status.reason);
      return;
    }
    const error = new ForeignFetchError('no-channel', status.reason);
    const ended = [...this.#attempts.values()].filter(attempt => attempt.lost(page, error));
    if (!isKnown || ended.length > 0) this.setState(status.state, status.reason, status.retryAt);
  }

  /** The scopes that the provider's document declares now: what else we know is out of date. */
  declared(scopes: readonly string[]): void {
    for (const scope of this.#registrations.keys()) {
      if (scopes.includes(scope)) continue;
      this.#registrations.delete(scope);
      this.#channels.get(scope)?.close();
      this.#attempts.get(scope)?.failed(new ForeignFetchError('no-channel', 'the provider has given this scope up'));
      this.#options.changed(this);
    }
  }

  /** The worker has answered: whatever was wrong is over. */
  answered(): void {
    this.#slow = 0;
    if (this.#status.state !== 'active') this.setState('active', '');
  }

  /** The worker has not answered in time. */
  tooSlow(error: ForeignFetchError): void {
    this.#slow++;
    if (this.#slow >= SLOW_LIMIT) this.setState('too-slow', error.message, Date.now() + SLOW_RETRY);
  }

  /** A page hands us one end of a channel to the worker of `scope`. */
  async offer(port: MessagePort, scope: string): Promise<void> {
    const channel = new Channel(port);
    if (!scope.startsWith(`${this.origin}/`) || this.#channels.get(scope)?.isOpen) return channel.close();
    const timer = setTimeout(
      () =>
        channel.close(
          new ForeignFetchError(
            'no-channel',
            "its worker does not answer; the first line must be importScripts('/foreign-fetch-provider.js')",
          ),
        ),
      HELLO_DEADLINE,
    );
    try {
      const { registration } = await channel.hello;
      if (registration.scope !== scope)
        throw new ForeignFetchError('malformed-message', 'the worker has another scope than the page said');
      // A request that we have said `respondWith` for must have a network to fall back to. Asked once: later there may be none.
      if (this.#registrations.size === 0 && !(await this.#options.mayReach())) {
        throw new ForeignFetchError(
          'blocked',
          `this site's service worker may not fetch from ${this.origin}; add it to connect-src in the Content-Security-Policy of the worker's own script`,
        );
      }
      this.#adopt(channel, registration);
    } catch (error) {
      this.#refused(
        scope,
        error instanceof ForeignFetchError ? error : new ForeignFetchError('no-channel', String(error)),
      );
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
    else if (registration.scopes.length === 0)
      this.setState('no-handler', 'registerForeignFetch() was not called in the install of its worker, or threw there');
    else this.setState('no-handler', `its worker does not handle requests from ${self.location.origin}`);
    // The lists may have changed without the state.
    this.#options.changed(this);
    this.#attempts.get(scope)?.connected(channel);
  }

  #refused(scope: string, error: ForeignFetchError): void {
    if (error.code === 'protocol-mismatch')
      this.setState('protocol-mismatch', `${error.message}; update the older of the two`);
    else if (error.code === 'blocked') {
      this.#status = { provider: this.origin, state: 'blocked', reason: error.message, byWorkerPolicy: true };
      this.#options.changed(this);
    } else if (this.#status.state !== 'active') this.setState('no-handler', error.message);
    this.#attempts.get(scope)?.failed(error);
  }

  #startAttempt(scope: string, grace: number): ConnectionAttempt {
    const attempt = new ConnectionAttempt(grace);
    this.#attempts.set(scope, attempt);
    void attempt.channel.catch(() => {}).then(() => this.#attempts.delete(scope));
    this.#options.ask(this.need);
    return attempt;
  }
}

function isTransient(state: ProviderState): boolean {
  return state === 'connecting' || state === 'installing';
}
