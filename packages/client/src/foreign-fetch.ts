/** The page's side of foreign fetch: `window.foreignFetch`. */
import {
  fieldsOf,
  httpOrigin,
  isProviderState,
  isSettled,
  isText,
  type ProviderStatus,
  type ToShimFromPage,
} from '@foreign-fetch/protocol';
import { ProviderLink } from './provider-link.js';
import type { SiteStatus } from './site-status.js';
import { findOrRegister, register } from './site-worker.js';
import { withheldProviders, withhold } from './withheld-providers.js';

export interface ForeignFetchOptions {
  /** Origins of the providers, as in `https://api.example`. The list is closed: nothing else is ever contacted. */
  readonly providers: readonly string[];
  /** Those of them that may be handed an `Authorization` header, if their worker names it too. Default none. */
  readonly authorization?: readonly string[];
  /** URL of `foreign-fetch-sw.js`, on this origin. Default `/foreign-fetch-sw.js`. */
  readonly worker?: string;
  /** Scope of the service worker. Default `/`. */
  readonly scope?: string;
  /** The site registers a service worker of its own, with the mixin in it: then ours never is. Default false. */
  readonly mixin?: boolean;
  /**
   * Nothing before this script can keep it from running: no script, no stylesheet. Then requests that the markup makes wait for it when
   * they have to. The script tag finds out by itself. Default false.
   */
  readonly first?: boolean;
}

/** Fired at `foreignFetch` as `statechange`, for every change of the site's state or of a provider's. */
export class StateChangeEvent extends Event {
  /** The provider whose state has changed; null when it is the site's. */
  readonly provider: ProviderStatus | null;
  readonly site: SiteStatus;

  constructor(site: SiteStatus, provider: ProviderStatus | null) {
    super('statechange');
    this.site = site;
    this.provider = provider;
  }
}

/** How long `ready` waits at most, in milliseconds. */
const READY_DEADLINE = 15_000;

export class ForeignFetch extends EventTarget {
  /**
   * Resolves, and never rejects, once every listed provider is either active or in a state that says why not (15 s at most). The page
   * need not wait for it: until then requests use the network.
   */
  readonly ready: Promise<ReadonlyMap<string, ProviderStatus>>;
  readonly #options: Required<ForeignFetchOptions>;
  readonly #statuses = new Map<string, ProviderStatus>();
  readonly #links = new Map<string, ProviderLink>();
  readonly #askers = new Map<string, ServiceWorker>();
  #registration: ServiceWorkerRegistration | undefined;
  #site: SiteStatus = { state: 'starting', reason: '' };
  #settle = () => {};

  /** Does nothing yet; `start()` does. */
  constructor(options: ForeignFetchOptions) {
    super();
    this.#options = check(options);
    for (const provider of this.#options.providers)
      this.#statuses.set(provider, { provider, state: 'idle', reason: '' });
    this.ready = new Promise(resolve => {
      this.#settle = () => resolve(this.providers);
    });
  }

  /** The state of this site's own side. */
  get site(): SiteStatus {
    return this.#site;
  }

  /** The state of each listed provider, by origin. */
  get providers(): ReadonlyMap<string, ProviderStatus> {
    return new Map(this.#statuses);
  }

  /** Never rejects: what goes wrong becomes a state. */
  async start(): Promise<void> {
    setTimeout(this.#settle, READY_DEADLINE);
    try {
      await this.#connect();
    } catch (error) {
      // In a sandboxed frame even `navigator.serviceWorker` throws.
      this.#setSite({
        state: 'unsupported',
        reason: `service workers are forbidden here: ${(error as Error).message}`,
      });
    }
  }

  async #connect(): Promise<void> {
    if ('serviceWorker' in navigator && window.isSecureContext) {
      // Before anything is awaited: a request of this very page may already need us.
      navigator.serviceWorker.addEventListener('message', event => this.#receive(event));
      navigator.serviceWorker.startMessages();
    }
    const found = await findOrRegister(this.#workerOptions());
    if ('state' in found) return this.#setSite(found);
    this.#registration = found;
    if (!(await isControlled())) {
      return this.#setSite({
        state: 'uncontrolled',
        reason: 'this page load bypasses service workers (a forced reload does); the next one will not',
      });
    }
    this.#setSite({ state: 'active', reason: '' });
    this.#tell({ foreignFetch: 'hello', first: this.#options.first });
  }

  /** What our worker is told: not those that it may not reach. */
  #workerOptions(): Required<ForeignFetchOptions> {
    const withheld = withheldProviders();
    for (const [provider, reason] of withheld) this.#update({ provider, state: 'blocked', reason });
    const named = (origins: readonly string[]) => origins.filter(origin => !withheld.has(origin));
    const { providers, authorization } = this.#options;
    return { ...this.#options, providers: named(providers), authorization: named(authorization) };
  }

  #withhold({ provider, reason }: ProviderStatus): void {
    if (!this.#options.mixin && withhold(provider, reason)) void register(this.#workerOptions());
  }

  #receive(event: MessageEvent): void {
    const message = fieldsOf(event.data);
    switch (message?.foreignFetch) {
      case 'welcome':
        if (Array.isArray(message.statuses)) this.#welcome(message.statuses.map(readStatus));
        return;
      case 'status':
        return this.#update(readStatus(message.status));
      case 'need': {
        const { provider, hosts } = message;
        if (!isText(provider) || !this.#statuses.has(provider)) return;
        const worker = event.source as ServiceWorker | null;
        this.#link(provider, worker).need(Array.isArray(hosts) ? hosts.filter(host => isText(host)) : []);
        return;
      }
      case 'renew-me':
        (event.source as ServiceWorker | null)?.postMessage({ foreignFetch: 'renew' } satisfies ToShimFromPage);
        return;
    }
  }

  #welcome(statuses: readonly (ProviderStatus | undefined)[]): void {
    for (const status of statuses) this.#update(status);
    const known = new Set(statuses.map(status => status?.provider));
    for (const { provider, state } of this.#statuses.values()) {
      if (known.has(provider) || state !== 'idle') continue;
      const reason =
        provider === location.origin
          ? 'this is the site itself; only other origins can be providers'
          : "this site's service worker does not list it; add it to the providers of enableForeignFetch()";
      this.#update({ provider, state: 'blocked', reason });
    }
  }

  /** `asker`: the worker that needs the provider; a new version of the site's worker may ask before it is active. */
  #link(provider: string, asker: ServiceWorker | null): ProviderLink {
    if (asker) this.#askers.set(provider, asker);
    const known = this.#links.get(provider);
    if (known) return known;
    const send = (message: ToShimFromPage, transfer: Transferable[] = []) => {
      const worker = this.#askers.get(provider);
      const target = worker && worker.state !== 'redundant' ? worker : this.#registration?.active;
      target?.postMessage(message, transfer);
    };
    const link = new ProviderLink({
      provider,
      declared: scopes => send({ foreignFetch: 'declared', provider, scopes }),
      progress: () => send({ foreignFetch: 'present', provider }),
      offer: (scope, port) => send({ foreignFetch: 'offer', provider, scope }, [port]),
      // What counts, for this page too, is what the site's worker makes of it: another page may know better.
      report: status => send({ foreignFetch: 'report', status }),
    });
    this.#links.set(provider, link);
    return link;
  }

  #tell(message: ToShimFromPage): void {
    this.#registration?.active?.postMessage(message);
  }

  #update(status: ProviderStatus | undefined): void {
    const before = status && this.#statuses.get(status.provider);
    if (!status || !before) return;
    this.#statuses.set(status.provider, status);
    if (status.byWorkerPolicy) this.#withhold(status);
    if (before.state !== status.state || before.reason !== status.reason) {
      if (isSettled(status.state) && status.state !== 'active') {
        console.warn(
          `[foreign-fetch] ${status.provider}: ${status.state} – ${sentence(status.reason)} Its requests use the network.`,
        );
      }
      this.dispatchEvent(new StateChangeEvent(this.#site, status));
    }
    this.#settleIfKnown();
  }

  #settleIfKnown(): void {
    if (this.#site.state !== 'starting' && [...this.#statuses.values()].every(({ state }) => isSettled(state)))
      this.#settle();
  }

  #setSite(status: SiteStatus): void {
    this.#site = status;
    if (status.state !== 'active') {
      console.warn(`[foreign-fetch] ${status.state} – ${sentence(status.reason)} All requests use the network.`);
      this.#settle();
    } else this.#settleIfKnown();
    this.dispatchEvent(new StateChangeEvent(status, null));
  }
}

function sentence(reason: string): string {
  return /[.?!]$/.test(reason) ? reason : `${reason}.`;
}

const CONTROL_DEADLINE = 3000;

/** Our worker claims its clients when it activates; a page that was force-reloaded is never controlled. */
async function isControlled(): Promise<boolean> {
  const container = navigator.serviceWorker;
  if (container.controller) return true;
  return new Promise(resolve => {
    const timer = setTimeout(() => resolve(container.controller !== null), CONTROL_DEADLINE);
    container.addEventListener(
      'controllerchange',
      () => {
        clearTimeout(timer);
        resolve(true);
      },
      { once: true },
    );
  });
}

function readStatus(value: unknown): ProviderStatus | undefined {
  const status = fieldsOf(value);
  return status && isText(status.provider) && isText(status.reason) && isProviderState(status.state)
    ? (status as unknown as ProviderStatus)
    : undefined;
}

function check(options: ForeignFetchOptions): Required<ForeignFetchOptions> {
  const providers = options.providers.map(entry => {
    const origin = httpOrigin(entry);
    if (origin === undefined) {
      throw new TypeError(
        `[foreign-fetch] "${entry}" is not the origin of a provider; write it with its scheme, as in "https://api.example".`,
      );
    }
    return origin;
  });
  return {
    providers: [...new Set(providers)],
    authorization: options.authorization ?? [],
    worker: new URL(options.worker ?? '/foreign-fetch-sw.js', location.href).href,
    scope: new URL(options.scope ?? '/', location.href).href,
    mixin: options.mixin ?? false,
    first: options.first ?? false,
  };
}
