/**
 * Which requests may be offered at all: spec.md 3, decided synchronously, because a service worker that once said `respondWith()` can
 * only imitate what the browser would have done (CSP of the worker script, upload progress, `Sec-Fetch-Dest`, WebKit's EventSource).
 */
import { type ForeignRegistration, inForeignScope, offeredHeaders } from '@foreign-fetch/protocol';

/** "Subresource request": Fetch, as of 2017, and the destinations that came later and are loaded like scripts. */
const SUBRESOURCES: ReadonlySet<RequestDestination | 'json' | 'text'> = new Set([
  '',
  'audio',
  'font',
  'image',
  'json',
  'manifest',
  'script',
  'style',
  'text',
  'track',
  'video',
  'xslt',
] as const);

const MEDIA: ReadonlySet<string> = new Set(['audio', 'video', 'track']);

/** Everything that can be said without knowing the provider's registration. */
export function isSubresource(request: Request, destination: RequestDestination): boolean {
  if (request.mode !== 'cors' && request.mode !== 'no-cors') return false;
  if (!SUBRESOURCES.has(destination) || request.cache === 'only-if-cached') return false;
  // 206 semantics, and engines that do not ask us at all (spec.md 9.8).
  return !(request.mode === 'no-cors' && MEDIA.has(destination)) && !request.headers.has('range');
}

export interface Eligible {
  readonly headers: [string, string][];
}

/** Rules 3c, f and g for one registration. `undefined`: the request goes to the network. */
export function eligible(
  request: Request,
  registration: ForeignRegistration,
  mayAuthorize: boolean,
): Eligible | undefined {
  if (!registration.allowed || !inForeignScope(registration.scopes, request.url)) return undefined;
  const { method } = request;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST' && !registration.methods.includes(method))
    return undefined;
  const allowed = mayAuthorize ? registration.headers : registration.headers.filter(name => name !== 'authorization');
  const headers = offeredHeaders(request.headers, allowed);
  return headers && { headers };
}
