/** `fetch()`, `cache.add()` and `cache.addAll()` of the site's own service worker reach foreign workers too (spec.md 3). */
import { sw } from './global.js';
import { nativeAddAll, nativeFetch } from './native.js';
import type { Shim } from './shim.js';

export function patchFetch(shim: Shim): void {
  const foreignFetch = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    let request: Request;
    try {
      request = new Request(input as RequestInfo, init);
    } catch (error) {
      return Promise.reject(error);
    }
    return shim.offer(request, '') ?? nativeFetch(request);
  };
  sw.fetch = function fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    return foreignFetch(input, init);
  };
  Cache.prototype.addAll = function addAll(requests: Iterable<RequestInfo>): Promise<void> {
    return addAllThrough(shim, this, [...requests]);
  };
  Cache.prototype.add = function add(request: RequestInfo | URL): Promise<void> {
    return addAllThrough(shim, this, [request as RequestInfo]);
  };
}

/** As the standard's: nothing is put before everything has been fetched and is fit to be cached. */
async function addAllThrough(shim: Shim, cache: Cache, inputs: readonly RequestInfo[]): Promise<void> {
  const requests = inputs.map(input => new Request(input));
  const offers = requests.map(request => (request.method === 'GET' ? shim.offer(request, '') : undefined));
  // The browser's own is atomic; ours is needed only when a foreign worker takes part.
  if (offers.every(offer => offer === undefined)) return nativeAddAll.call(cache, requests);
  const responses = await Promise.all(requests.map((request, index) => offers[index] ?? nativeFetch(request)));
  for (const response of responses) {
    if (!response.ok || response.status === 206 || response.headers.get('vary')?.includes('*')) {
      throw new TypeError(`Cache.addAll: ${response.url || 'a response'} cannot be cached (status ${response.status}).`);
    }
  }
  await Promise.all(requests.map((request, index) => cache.put(request, responses[index] as Response)));
}
