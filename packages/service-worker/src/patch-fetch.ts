/** `fetch()`, `cache.add()` and `cache.addAll()` of the site's own service worker reach foreign workers too (spec.md 3). */
import { sw } from './global.js';
import { nativeAdd, nativeAddAll, nativeFetch } from './native.js';
import type { Shim } from './shim.js';

export function patchFetch(shim: Shim): void {
  sw.fetch = function fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    // Whatever cannot take part is the browser's own business, bad arguments included.
    if (shim.providerOf(urlOf(input)) === undefined) return nativeFetch(input, init);
    let request: Request;
    try {
      request = new Request(input as RequestInfo, init);
    } catch (error) {
      return Promise.reject(error);
    }
    const destination = input instanceof Request ? input.destination : '';
    return fetchThrough(shim, request, destination) ?? nativeFetch(request);
  };
  Cache.prototype.addAll = function addAll(requests: Iterable<RequestInfo>): Promise<void> {
    const inputs = [...requests];
    if (inputs.every(input => shim.providerOf(urlOf(input)) === undefined)) return nativeAddAll.call(this, inputs);
    return addAllThrough(shim, this, inputs);
  };
  Cache.prototype.add = function add(request: RequestInfo | URL): Promise<void> {
    if (shim.providerOf(urlOf(request)) === undefined) return nativeAdd.call(this, request);
    return addAllThrough(shim, this, [request as RequestInfo]);
  };
}

/** As `fetch()`: a network error rejects, and an abort is heard. `undefined` when the request takes no part. */
function fetchThrough(shim: Shim, request: Request, destination: RequestDestination): Promise<Response> | undefined {
  const { signal } = request;
  // Nobody checks the bytes of a synthesized response but a page's own load; what is fetched here would go unchecked.
  if (signal.aborted || (request.integrity !== '' && destination === '')) return undefined;
  const answer = shim.offer({ request, destination, clientId: '', signal });
  if (!answer) return undefined;
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    answer.then(
      response => (response.type === 'error' ? reject(new TypeError('Failed to fetch')) : resolve(response)),
      reject,
    );
  });
}

/** The URL that is meant, or the empty string when there is none. */
function urlOf(input: RequestInfo | URL): string {
  if (input instanceof Request) return input.url;
  const text = String(input);
  return URL.canParse(text, sw.location.href) ? new URL(text, sw.location.href).href : '';
}

/** As the standard's: nothing is put before everything has been fetched and is fit to be cached. */
async function addAllThrough(shim: Shim, cache: Cache, inputs: readonly RequestInfo[]): Promise<void> {
  const requests = inputs.map(input => new Request(input));
  const offers = requests.map(request => (request.method === 'GET' ? fetchThrough(shim, request, '') : undefined));
  // The browser's own is atomic; ours is needed only when a foreign worker takes part.
  if (offers.every(offer => offer === undefined)) return nativeAddAll.call(cache, requests);
  const responses = await Promise.all(requests.map((request, index) => offers[index] ?? nativeFetch(request)));
  for (const response of responses) {
    if (!response.ok || response.status === 206 || response.headers.get('vary')?.includes('*')) {
      throw new TypeError(
        `Cache.addAll: ${response.url || 'a response'} cannot be cached (status ${response.status}).`,
      );
    }
  }
  await Promise.all(requests.map((request, index) => cache.put(request, responses[index] as Response)));
}
