/**
 * An accepted request must not be sent again, and an opaque answer must not be handed over. What a page may have instead is a *genuine*
 * opaque response: of the provider's own host document, fetched once with `no-cors` and kept (measured in all three engines, 2026-11:
 * `type: 'opaque'`, status 0, no body). It says nothing about the answer.
 */
import { WELL_KNOWN_PATH } from '@foreign-fetch/protocol';
import { nativeFetch } from './native.js';

const CACHE_NAME = 'foreign-fetch-opaque';

const REACH_DEADLINE = 3000;

/** Fetches and keeps the response. Resolves with whether this worker may, and can, reach the provider at all. */
export async function storeOpaqueResponse(provider: string): Promise<boolean> {
  const url = provider + WELL_KNOWN_PATH;
  let response: Response;
  try {
    const signal = AbortSignal.timeout(REACH_DEADLINE);
    response = await nativeFetch(url, { mode: 'no-cors', credentials: 'omit', cache: 'no-cache', signal });
  } catch {
    return false;
  }
  try {
    await (await caches.open(CACHE_NAME)).put(url, response);
  } catch {
    // Storage is not to be had. `opaqueResponse()` copes.
  }
  return true;
}

export async function opaqueResponse(provider: string): Promise<Response> {
  try {
    const stored = await caches.match(provider + WELL_KNOWN_PATH, { cacheName: CACHE_NAME });
    if (stored) return stored;
  } catch {
    // As below.
  }
  // Not opaque, but as empty; an error would say that the request failed, and it did not.
  return new Response(null, { status: 204 });
}
