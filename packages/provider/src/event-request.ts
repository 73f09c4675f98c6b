/**
 * `event.request`: the client's request, rebuilt in the provider's realm (spec.md 4, 9.15, 9.16).
 *
 * Requirements
 * 1. `destination` and a cross-origin `referrer` cannot be set by the Request constructor; they are own properties here, and
 *    `clone()` and `new Request(request)` carry them over.
 * 2. The headers of the event's request, and of its clones, are immutable.
 * 3. A request that still has its credentials tells its server on whose behalf it is made: `Foreign-Fetch-Origin`. The worker's own
 *    requests are same-origin to its server (`Sec-Fetch-Site: same-origin`, no `Origin`), which therefore could not know.
 */
import type { RequestHead } from '@foreign-fetch/protocol';
import { sw } from './global.js';

interface Origins {
  readonly destination: RequestDestination;
  readonly referrer: string;
  /** Set when the request carries credentials. */
  readonly onBehalfOf: string | undefined;
  /** Whether the headers cannot be changed: so for the event's request and its clones, not for a `new Request()` made of it. */
  readonly immutable: boolean;
}

export const ON_BEHALF_HEADER = 'Foreign-Fetch-Origin';

const kept = new WeakMap<Request, Origins>();
const NativeRequest = sw.Request;
const nativeFetch = sw.fetch;

export function createEventRequest(
  head: RequestHead,
  body: ArrayBuffer | null,
  origin: string,
  signal: AbortSignal,
): Request {
  const request = new NativeRequest(head.url, {
    method: head.method,
    headers: head.headers.map(([name, value]): [string, string] => [name, value]),
    body: head.method === 'GET' || head.method === 'HEAD' ? null : body,
    mode: head.mode,
    credentials: head.credentials,
    cache: head.cache,
    redirect: head.redirect,
    referrerPolicy: head.referrerPolicy,
    integrity: head.integrity,
    keepalive: head.keepalive,
    signal,
  });
  if (__DEV__) {
    if (eventUrls.size > 100) eventUrls.clear();
    eventUrls.add(request.url);
  }
  keep(request, {
    destination: head.destination,
    referrer: head.referrer,
    onBehalfOf: head.credentials === 'include' ? origin : undefined,
    immutable: true,
  });
  return request;
}

function keep(request: Request, origins: Origins): void {
  kept.set(request, origins);
  if (origins.immutable) makeImmutable(request.headers);
  Object.defineProperties(request, {
    destination: { value: origins.destination, configurable: true },
    referrer: { value: origins.referrer, configurable: true },
    clone: {
      configurable: true,
      value: () => {
        const copy = NativeRequest.prototype.clone.call(request);
        keep(copy, origins);
        return copy;
      },
    },
  });
}

/** Shared by all event requests: there is one for each request that a client makes. */
const IMMUTABLE: PropertyDescriptorMap = Object.fromEntries(
  ['append', 'set', 'delete'].map(name => [
    name,
    {
      value: () => {
        throw new TypeError(
          `Headers.${name}: the headers of event.request are immutable; copy the request with new Request(event.request, { headers }).`,
        );
      },
    },
  ]),
);

function makeImmutable(headers: Headers): void {
  Object.defineProperties(headers, IMMUTABLE);
}

/** Makes `new Request(event.request)` and `fetch(event.request)` of this worker respect what the event's request knows. */
export function patchRequestAndFetch(): void {
  sw.Request = new Proxy(NativeRequest, {
    construct(target, args: [RequestInfo | URL, RequestInit?], newTarget) {
      if (__DEV__) warnOfCredentials(...args);
      const request = Reflect.construct(target, args, newTarget) as Request;
      const source = args[0] instanceof NativeRequest ? kept.get(args[0]) : undefined;
      if (source) {
        const referrer = args[1]?.referrer === undefined ? source.referrer : request.referrer;
        keep(request, { ...source, referrer, immutable: false });
      }
      return request;
    },
  });
  sw.fetch = function fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const origin = input instanceof NativeRequest ? kept.get(input)?.onBehalfOf : undefined;
    if (origin === undefined) return nativeFetch.call(sw, input as RequestInfo, init);
    return new Promise(resolve => {
      const request = new NativeRequest(input as RequestInfo, init);
      resolve(nativeFetch.call(sw, request.credentials === 'omit' ? request : onBehalfOf(request, origin)));
    });
  };
}

function onBehalfOf(request: Request, origin: string): Request {
  // A no-cors request may not carry the header; to this worker's own origin both modes are the same.
  const sameOrigin = new URL(request.url).origin === sw.location.origin;
  const copy = request.mode === 'no-cors' && sameOrigin ? new NativeRequest(request, { mode: 'same-origin' }) : request;
  const headers = new Headers(copy.headers);
  if (sameOrigin) headers.set(ON_BEHALF_HEADER, origin);
  return new NativeRequest(copy, { headers });
}

/** Of the development build: URLs of event requests, to notice copies of them. */
const eventUrls = new Set<string>();

/**
 * In 2016 a request that was made from a URL had no credentials, and articles of the time drop them that way. The default of Fetch has been
 * `same-origin` since April 2018 (whatwg/fetch 811575d).
 */
function warnOfCredentials(input: RequestInfo | URL, init?: RequestInit): void {
  if (input instanceof NativeRequest || init?.credentials !== undefined || !eventUrls.delete(String(input))) return;
  if (warnedOfCredentials) return;
  warnedOfCredentials = true;
  console.warn(
    `[foreign-fetch] new Request(event.request.url) sends this origin's cookies; write new Request(event.request) or { credentials: 'omit' }.`,
  );
}

let warnedOfCredentials = false;
