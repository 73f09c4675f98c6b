/**
 * The next request of a redirect that a foreign worker made ("HTTP-redirect fetch").
 *
 * Requirements
 * 1. At most 20 in a row.
 * 2. The site's worker must not become the provider's deputy: what leads to another origin than the provider's is asked without
 *    credentials and without `Authorization`, and only if it has no effect. (A browser would send it with `Origin: null`, which we cannot;
 *    ours would look like the site's own, `SameSite` cookies included.)
 */
import { isSafe } from '@foreign-fetch/protocol';

const MAX_REDIRECTS = 20;

/** How many redirects led to a request. */
const counts = new WeakMap<Request, number>();

/** The request to make instead of `request`, or `undefined` when the redirect is a network error. */
export function redirected(request: Request, status: number, location: string, body: ArrayBuffer): Request | undefined {
  const count = (counts.get(request) ?? 0) + 1;
  const toGet = (status === 303 && !isSafe(request.method)) || (status < 303 && request.method === 'POST');
  const method = toGet ? 'GET' : request.method;
  const leaves = new URL(location).origin !== new URL(request.url).origin;
  if (count > MAX_REDIRECTS || (leaves && !isSafe(method))) return undefined;
  const headers = new Headers(request.headers);
  if (toGet)
    for (const name of ['content-type', 'content-language', 'content-encoding', 'content-location'])
      headers.delete(name);
  if (leaves) headers.delete('authorization');
  const { mode, cache, referrer, referrerPolicy, integrity, keepalive } = request;
  const next = new Request(location, {
    method,
    headers,
    body: isSafe(method) ? null : body,
    mode,
    credentials: leaves ? 'omit' : request.credentials,
    cache,
    referrer,
    referrerPolicy,
    integrity,
    keepalive,
    redirect: 'follow',
  });
  counts.set(next, count);
  return next;
}
