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
import { eligible, isSubresource } from './eligibility.js';
import type { Answer, ForeignRequest } from './foreign-request.js';
import { sw } from './global.js';
import { nativeFetch } from './native.js';
import { carryOut } from './offer-policy.js';
import { opaqueResponse, storeOpaqueResponse } from './opaque-response.js';
import { Provider } from './provider.js';
import { readBody } from './request-body.js';
import type { SiteOptions } from './site-options.js';
import { SiteStore, type StoredProvider } from './site-store.js';
import { WorkKeeper } from './work-keeper.js';

const MAX_REDIRECTS = 20;
/**
 * How long a page may take to say that it is there, in milliseconds. A page that has our script first in its head will run it, however
 * slow the device; any other may be blocked by the very request that waits.
 */
const GRACE = { first: 1000, other: 100 };

export class Shim {
  readonly #options: Required<SiteOptions>;
  readonly #store = new SiteStore();
  readonly #providers = new Map<string, Provider>();
  readonly #keeper = new WorkKeeper();
  #first = false;
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

  /** What is to be answered, or `undefined` when this request takes no part. */
  offer(request: Request, clientId: string): Promise<Response> | undefined {
    if (!this.lists(request.url) || !isSubresource(request)) return undefined;
    const { origin } = new URL(request.url);
    if (this.#loading) return this.#loading.then(() => this.#offerNow(request, origin, clientId) ?? nativeFetch(request));
    return this.#offerNow(request, origin, clientId);
  }

  /** A page has told where our script stands in it. */
  set scriptIsFirst(first: boolean) {
    if (first === this.#first) return;
    this.#first = first;
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

  #offerNow(request: Request, origin: string, clientId: string): Promise<Response> | undefined {
    const provider = this.#providers.get(origin);
    const registration = provider?.registrationFor(request.url);
    if (!provider || !registration) return undefined;
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
      destination: request.destination,
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
      network: () => nativeFetch(request),
      respond: answer => this.#respond(provider, request, answer),
      track: (tracked: ForeignRequest) => this.#keeper.track(tracked.finished),
    });
  }

  /** spec.md 5 and 9.9, the part that the client's side has in it; `undefined`: the network. */
  async #respond(provider: Provider, request: Request, answer: Answer): Promise<Response | undefined> {
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
        return this.#respondOpaque(provider, request);
      case 'response':
        if (isRedirectStatus(result.head.status) && result.head.location !== null) return this.#follow(request, result.head.status, result.head.location);
        return toResponse(request, answer);
    }
  }

  async #respondOpaque(provider: Provider, request: Request): Promise<Response | undefined> {
    if (request.mode !== 'no-cors') {
      console.warn(
        `[foreign-fetch] ${request.url} is a network error: ${provider.origin} answered without "origin", so this page may not read it.`,
      );
      return Response.error();
    }
    if (!isSafe(request.method) || request.destination === '') return opaqueResponse(provider.origin);
    if (__DEV__) console.info(`[foreign-fetch] ${request.url}: an answer without "origin" cannot work offline; it was taken from the network.`);
    return undefined;
  }

  /** A redirect that the worker made. WebKitGTK 2.50 fails a CORS request that a service worker answers with a 3xx, so we follow it. */
  async #follow(request: Request, status: number, location: string): Promise<Response> {
    const count = (redirects.get(request) ?? 0) + 1;
    if (count > MAX_REDIRECTS) return Response.error();
    const toGet = (status === 303 && !isSafe(request.method)) || (status < 303 && request.method === 'POST');
    const { mode, credentials, cache, referrerPolicy, integrity, keepalive } = request;
    const headers = new Headers(request.headers);
    if (toGet) for (const name of ['content-type', 'content-language', 'content-encoding', 'content-location']) headers.delete(name);
    const body = toGet || isSafe(request.method) ? null : await request.clone().arrayBuffer();
    const method = toGet ? 'GET' : request.method;
    const next = new Request(location, { method, headers, body, mode, credentials, cache, referrerPolicy, integrity, keepalive, redirect: 'follow' });
    redirects.set(next, count);
    try {
      return await (this.offer(next, '') ?? nativeFetch(next));
    } catch {
      // The worker has answered: a redirect that leads nowhere is a network error, and no reason to ask the network again.
      return Response.error();
    }
  }

  async #load(): Promise<void> {
    const stored = new Map<string, StoredProvider>();
    const { providers, site } = await this.#store.read();
    this.#first = site?.first ?? false;
    for (const provider of providers) {
      if (this.#options.providers.includes(provider.origin)) stored.set(provider.origin, provider);
      else this.#store.remove(provider.origin);
    }
    for (const origin of this.#options.providers) {
      if (origin === sw.location.origin) continue;
      const provider = new Provider({
        origin,
        stored: stored.get(origin),
        ask: message => void tellPages(message),
        mayReach: () => storeOpaqueResponse(origin),
        grace: () => (this.#first ? GRACE.first : GRACE.other),
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

/** How many redirects led to a request. */
const redirects = new WeakMap<Request, number>();

/** A notice to every page of this site. Pages without our script ignore it. */
export async function tellPages(message: ToPageFromShim): Promise<void> {
  for (const client of await sw.clients.matchAll({ includeUncontrolled: true, type: 'window' })) client.postMessage(message);
}

