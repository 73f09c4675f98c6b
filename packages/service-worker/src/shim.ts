/**
 * Foreign fetch in a site's service worker: which requests are offered, to whom, and what becomes of the answer.
 *
 * Requirements
 * 1. The decision to take part is synchronous. Only a shim that was just started, and has not read its store yet, has to say
 *    `respondWith` first, and then only for requests to a listed provider that could be offered.
 * 2. A provider that is not listed is never asked, contacted or remembered.
 * 3. No state in memory is needed to recover: the browser may stop this worker at any moment.
 */
import { isRedirectStatus, isSafe, type RequestHead, type ToPageFromShim } from '@foreign-fetch/protocol';
import { toOpaqueRedirect, toResponse } from './answer-to-response.js';
import { ClientBook } from './client-book.js';
import { eligible, isSubresource } from './eligibility.js';
import type { Answer, ForeignRequest } from './foreign-request.js';
import { sw } from './global.js';
import { nativeFetch } from './native.js';
import { carryOut } from './offer-policy.js';
import { opaqueResponse, storeOpaqueResponse } from './opaque-response.js';
import { Provider } from './provider.js';
import { redirected } from './redirect.js';
import { readBody } from './request-body.js';
import type { SiteOptions } from './site-options.js';
import { SiteStore, type StoredProvider } from './site-store.js';
import { WorkKeeper } from './work-keeper.js';

export class Shim {
  readonly #options: Required<SiteOptions>;
  readonly #store = new SiteStore();
  readonly #providers = new Map<string, Provider>();
  readonly #keeper = new WorkKeeper();
  readonly #clients = new ClientBook();
  /** Undefined once the stored providers are known. */
  #loading: Promise<void> | undefined;

  constructor(options: Required<SiteOptions>) {
    this.#options = options;
    this.#loading = this.#load();
  }

  /** Whether this URL belongs to a listed provider. The site's own origin never does (spec.md 3). */
  lists(url: string): boolean {
    if (!URL.canParse(url)) return false;
    const { origin } = new URL(url);
    return origin !== sw.location.origin && this.#options.providers.includes(origin);
  }

  /**
   * What is to be answered, or `undefined` when this request takes no part. `destination`: what the bytes are for; a copy of a request, as
   * the site's own worker may make, has forgotten it.
   */
  offer(request: Request, clientId: string, destination = request.destination): Promise<Response> | undefined {
    if (!this.lists(request.url) || !isSubresource(request, destination)) return undefined;
    const { origin } = new URL(request.url);
    if (this.#loading)
      return this.#loading.then(() => this.#offerNow(request, origin, clientId, destination) ?? nativeFetch(request));
    return this.#offerNow(request, origin, clientId, destination);
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

  #offerNow(
    request: Request,
    origin: string,
    clientId: string,
    destination: RequestDestination,
  ): Promise<Response> | undefined {
    const provider = this.#providers.get(origin);
    const registration = provider?.registrationFor(request.url);
    if (!provider || !registration) return undefined;
    // A page without our script cannot connect us; it is not made to wait for that again and again.
    if (!provider.isConnected(registration) && this.#clients.isSilent(clientId)) return undefined;
    const fit = eligible(request, registration, this.#options.authorization.includes(origin));
    if (!fit) return undefined;
    const head: RequestHead = {
      url: request.url,
      method: request.method,
      headers: fit.headers,
      mode: request.mode as 'cors' | 'no-cors',
      // The page's `same-origin` means none for a cross-origin URL, but would mean all of them in the provider's realm (spec.md 9.15).
      credentials: request.credentials === 'include' && registration.credentials ? 'include' : 'omit',
      cache: request.cache,
      redirect: request.redirect,
      referrer: request.referrer,
      referrerPolicy: request.referrerPolicy,
      integrity: request.integrity,
      keepalive: request.keepalive,
      destination,
      clientId,
    };
    if (isSafe(head.method)) return this.#carryOut(provider, registration, head, null, request);
    // The page's request stays whole for the network; the worker gets the bytes of a copy.
    return readBody(request.clone()).then(body =>
      body === 'too-large' ? nativeFetch(request) : this.#carryOut(provider, registration, head, body, request),
    );
  }

  #carryOut(
    provider: Provider,
    registration: NonNullable<ReturnType<Provider['registrationFor']>>,
    head: RequestHead,
    body: ArrayBuffer | null,
    request: Request,
  ): Promise<Response> {
    return carryOut({
      provider,
      registration,
      head,
      body,
      grace: this.#clients.graceFor(head.clientId),
      signal: request.signal,
      noClient: () => this.#clients.wasSilent(head.clientId),
      network: () => nativeFetch(request),
      respond: answer => this.#respond(provider, request, head.destination, answer),
      track: (tracked: ForeignRequest) => this.#keeper.track(tracked.finished),
    });
  }

  /** spec.md 5 and 9.9, the part that the client's side has in it; `undefined`: the network. */
  async #respond(
    provider: Provider,
    request: Request,
    destination: RequestDestination,
    answer: Answer,
  ): Promise<Response | undefined> {
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
        return this.#respondOpaque(provider, request, destination);
      case 'response':
        if (isRedirectStatus(result.head.status) && result.head.location !== null)
          return this.#follow(request, result.head.status, result.head.location);
        return toResponse(request.mode, destination, answer);
    }
  }

  async #respondOpaque(
    provider: Provider,
    request: Request,
    destination: RequestDestination,
  ): Promise<Response | undefined> {
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
  async #follow(request: Request, status: number, location: string): Promise<Response> {
    try {
      const next = redirected(request, status, location, await request.clone().arrayBuffer());
      return next ? await (this.offer(next, '') ?? nativeFetch(next)) : Response.error();
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
    for (const origin of this.#options.providers) {
      if (origin === sw.location.origin) continue;
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

/** A notice to every page of this site. Pages without our script ignore it. */
export async function tellPages(message: ToPageFromShim): Promise<void> {
  for (const client of await sw.clients.matchAll({ includeUncontrolled: true, type: 'window' }))
    client.postMessage(message);
}
