/**
 * Foreign fetch in a site's service worker: which requests are offered, to whom, and what becomes of the answer.
 *
 * Requirements
 * 1. The decision to take part is synchronous. Only a shim that was just started, and has not read its store yet, has to say
 *    `respondWith` first, and then only for requests to a listed provider that could be offered.
 * 2. A provider that is not listed is never asked, contacted or remembered.
 * 3. No state in memory is needed to recover: the browser may stop this worker at any moment.
 */
import { isRedirectStatus, isSafe, type RequestHead } from '@foreign-fetch/protocol';
import { toOpaqueRedirect, toResponse } from './answer-to-response.js';
import { ClientBook } from './client-book.js';
import { eligible, isSubresource } from './eligibility.js';
import type { Answer } from './foreign-request.js';
import { sw } from './global.js';
import { nativeFetch } from './native.js';
import { carryOut, type Offer } from './offer-policy.js';
import { opaqueResponse, storeOpaqueResponse } from './opaque-response.js';
import { Provider } from './provider.js';
import { redirected } from './redirect.js';
import { readBody } from './request-body.js';
import type { SiteOptions } from './site-options.js';
import { SiteStore, type StoredProvider } from './site-store.js';
import { tellPages } from './tell-pages.js';
import { WorkKeeper } from './work-keeper.js';

/** A request that may be offered, and what a copy of it would have forgotten. */
export interface Asked {
  readonly request: Request;
  /** What the bytes are for. */
  readonly destination: RequestDestination;
  /** The client that asks; empty for the site's own worker. */
  readonly clientId: string;
  /** Aborted when the asker no longer wants the answer, as far as anybody tells us. */
  readonly signal: AbortSignal | undefined;
}

export class Shim {
  readonly #options: Required<SiteOptions>;
  readonly #origins: readonly string[];
  readonly #store = new SiteStore();
  readonly #providers = new Map<string, Provider>();
  readonly #keeper = new WorkKeeper();
  readonly #clients = new ClientBook();
  /** Undefined once the stored providers are known. */
  #loading: Promise<void> | undefined;

  constructor(options: Required<SiteOptions>) {
    this.#options = options;
    this.#origins = options.providers.filter(origin => origin !== sw.location.origin);
    this.#loading = this.#load();
  }

  /** The listed provider to which a serialized URL belongs. The site's own origin never is one (spec.md 3). */
  providerOf(url: string): string | undefined {
    return this.#origins.find(origin => url.startsWith(origin) && url[origin.length] === '/');
  }

  /** What is to be answered, or `undefined` when this request takes no part. */
  offer(asked: Asked): Promise<Response> | undefined {
    const { request } = asked;
    const origin = this.providerOf(request.url);
    if (origin === undefined || !isSubresource(request, asked.destination)) return undefined;
    if (this.#loading) return this.#loading.then(() => this.#offerNow(asked, origin) ?? nativeFetch(request));
    return this.#offerNow(asked, origin);
  }

  /** A document is being loaded, and will be this client. */
  navigates(clientId: string): void {
    this.#clients.navigates(clientId);
  }

  /** A page has said something: it has our script in it, and that runs. */
  heard(clientId: string): void {
    this.#clients.heard(clientId);
  }

  /** A page says whether our script stands first in it. */
  set scriptIsFirst(first: boolean) {
    if (first === this.#clients.scriptIsFirst) return;
    this.#clients.scriptIsFirst = first;
    this.#store.saveSite({ first });
  }

  /** The providers, once the store has been read. */
  async providers(): Promise<readonly Provider[]> {
    await this.#loading;
    return [...this.#providers.values()];
  }

  async provider(origin: string): Promise<Provider | undefined> {
    await this.#loading;
    return this.#providers.get(origin);
  }

  #offerNow(asked: Asked, origin: string): Promise<Response> | undefined {
    const { request, clientId } = asked;
    const provider = this.#providers.get(origin);
    const registration = provider?.registrationFor(request.url);
    if (!provider || !registration) return undefined;
    // A page without our script cannot connect us; it is not made to wait for that again and again.
    if (!provider.isConnected(registration) && this.#clients.isSilent(clientId)) return undefined;
    const fit = eligible(request, registration, this.#options.authorization.includes(origin));
    if (!fit) return undefined;
    const offer: Omit<Offer, 'body'> = {
      provider,
      registration,
      head: toHead(asked, fit.headers, registration.credentials),
      grace: this.#clients.graceFor(clientId),
      signal: asked.signal,
      noClient: () => this.#clients.wasSilent(clientId),
      network: () => nativeFetch(request),
      respond: answer => this.#respond(provider, asked, answer),
      track: tracked => this.#keeper.track(tracked.finished),
    };
    if (isSafe(request.method)) return carryOut({ ...offer, body: null });
    // The page's request stays whole for the network; the worker gets the bytes of a copy.
    return readBody(request.clone()).then(body =>
      body === 'too-large' ? nativeFetch(request) : carryOut({ ...offer, body }),
    );
  }

  /** spec.md 5 and 9.9, the part that the client's side has in it; `undefined`: the network. */
  async #respond(provider: Provider, asked: Asked, answer: Answer): Promise<Response | undefined> {
    const { request, destination } = asked;
    const { result } = answer;
    switch (result.kind) {
      case 'none':
        return undefined;
      case 'repeated':
        // Its answer was lost: what has no effect may be asked again, of the network.
        return isSafe(request.method) ? undefined : Response.error();
      case 'error':
        console.warn(`[foreign-fetch] ${request.url} is a network error: ${result.reason}`);
        return Response.error();
      case 'opaqueredirect':
        return request.redirect === 'manual' ? toOpaqueRedirect() : Response.error();
      case 'opaque':
        return this.#respondOpaque(provider, asked);
      case 'response':
        if (isRedirectStatus(result.head.status) && result.head.location !== null)
          return this.#follow(asked, result.head.status, result.head.location);
        return toResponse(request.mode, destination, answer);
    }
  }

  async #respondOpaque(provider: Provider, { request, destination }: Asked): Promise<Response | undefined> {
    if (request.mode !== 'no-cors') {
      console.warn(
        `[foreign-fetch] ${request.url} is a network error: ${provider.origin} answered without "origin", so this page may not read it.`,
      );
      return Response.error();
    }
    if (!isSafe(request.method) || destination === '') return opaqueResponse(provider.origin);
    if (__DEV__)
      console.info(
        `[foreign-fetch] ${request.url}: an answer without "origin" cannot work offline; it was taken from the network.`,
      );
    return undefined;
  }

  /** A redirect that the worker made: followed here, because WebKitGTK 2.50 fails a CORS request that is answered with a 3xx. */
  async #follow(asked: Asked, status: number, location: string): Promise<Response> {
    const { request } = asked;
    try {
      const next = redirected(request, status, location, await request.clone().arrayBuffer());
      return next ? await (this.offer({ ...asked, request: next }) ?? nativeFetch(next)) : Response.error();
    } catch {
      // The worker has answered: a redirect that leads nowhere is a network error, and no reason to ask the network again.
      return Response.error();
    }
  }

  async #load(): Promise<void> {
    const stored = new Map<string, StoredProvider>();
    const { providers, site } = await this.#store.read();
    this.#clients.scriptIsFirst = site?.first ?? false;
    for (const provider of providers) {
      if (this.#options.providers.includes(provider.origin)) stored.set(provider.origin, provider);
    }
    for (const origin of this.#origins) {
      const provider = new Provider({
        origin,
        stored: stored.get(origin),
        ask: message => void tellPages(message),
        mayReach: () => storeOpaqueResponse(origin),
        changed: changed => {
          this.#store.save(changed.stored);
          void tellPages({ foreignFetch: 'status', status: changed.status });
        },
      });
      this.#providers.set(origin, provider);
    }
    this.#loading = undefined;
  }
}

function toHead(
  { request, destination, clientId }: Asked,
  headers: [string, string][],
  credentials: boolean,
): RequestHead {
  return {
    url: request.url,
    method: request.method,
    headers,
    mode: request.mode as 'cors' | 'no-cors',
    // The page's `same-origin` means none for a cross-origin URL, but would mean all of them in the provider's realm (spec.md 9.15).
    credentials: request.credentials === 'include' && credentials ? 'include' : 'omit',
    cache: request.cache,
    redirect: request.redirect,
    referrer: request.referrer,
    referrerPolicy: request.referrerPolicy,
    integrity: request.integrity,
    keepalive: request.keepalive,
    destination,
    clientId,
  };
}
