/**
 * What the client gets of an answer: the table of spec.md 5, and the parts of Fetch that come right after it.
 *
 * Requirements
 * 1. These rules run in the provider's realm, before a byte leaves its origin.
 * 2. The result of an opaque answer holds nothing of it, and its body is never read.
 * 3. Every network error says why, for the console of both sides.
 */
import {
  isConstructibleStatus,
  isForbiddenResponseName,
  isRedirectStatus,
  isSafelistedResponseName,
  type Result,
} from '@foreign-fetch/protocol';
import { toByteStringSequence, toDictionary, toUSVString } from './webidl.js';

/** What the rules need to know of the request. */
export interface RuleRequest {
  readonly url: string;
  readonly origin: string;
  readonly redirect: RequestRedirect;
}

export interface Ruling {
  readonly result: Result;
  /** The body to send: only ever with a result of kind `response`. */
  readonly body: ReadableStream<Uint8Array> | null;
  /** More about a network error, for the provider's own console: it may quote what the client must not see. */
  readonly detail?: string;
}

interface Answer {
  readonly response: Response;
  readonly origin: string | undefined;
  readonly headers: readonly string[];
}

/** `value`: what the promise given to `respondWith()` resolved with. */
export function rule(value: unknown, request: RuleRequest): Ruling {
  let answer: Answer;
  try {
    answer = convertAnswer(value);
  } catch (error) {
    return networkError(
      'respondWith() was given no ForeignFetchResponse',
      error instanceof Error ? error.message : undefined,
    );
  }
  const { response, origin, headers } = answer;
  if (response.bodyUsed || response.body?.locked)
    return networkError('the body of the response was used already; answer with a clone()');
  if (response.type === 'error') return networkError('the response is Response.error()');
  if (origin === undefined && headers.length > 0)
    return networkError('"headers" was given without "origin"; add origin: event.origin');
  if (origin !== undefined && origin !== request.origin) {
    return networkError(
      '"origin" is not the client\'s origin; pass event.origin',
      `"origin" is "${origin}", which is not the client's origin "${request.origin}"; pass event.origin`,
    );
  }
  if (response.type === 'opaqueredirect') {
    if (request.redirect !== 'manual')
      return networkError('the response is an unfollowed redirect, and the request asks to follow it');
    return { result: { kind: 'opaqueredirect' }, body: null };
  }
  if (origin === undefined || response.type === 'opaque') return { result: { kind: 'opaque' }, body: null };
  if (response.redirected && request.redirect !== 'follow')
    return networkError('the response was redirected, and the request forbids that');
  if (isRedirectStatus(response.status) && request.redirect === 'manual')
    return { result: { kind: 'opaqueredirect' }, body: null };
  if (isRedirectStatus(response.status) && request.redirect === 'error')
    return networkError('the response is a redirect, and the request forbids that');
  if (!isConstructibleStatus(response.status)) return networkError(`the status ${response.status} cannot be passed on`);
  return readable(response, headers, request.url);
}

function convertAnswer(value: unknown): Answer {
  if (value instanceof Response)
    throw new TypeError('respondWith() was given a bare Response; give it { response, origin: event.origin }');
  const dictionary = toDictionary(value, 'the value given to respondWith()');
  const headers = dictionary.headers === undefined ? [] : toByteStringSequence(dictionary.headers, '"headers"');
  const origin = dictionary.origin === undefined ? undefined : toUSVString(dictionary.origin);
  const { response } = dictionary;
  if (!(response instanceof Response)) throw new TypeError('respondWith() needs { response }, with a Response in it');
  return { response, origin, headers: headers.map(name => name.toLowerCase()) };
}

/** The "CORS filtered response", which may hold less but never more than the provider's worker could read itself. */
function readable(response: Response, exposed: readonly string[], url: string): Ruling {
  const headers: [string, string][] = [];
  // A body that came from the network has been decoded: its coding, and a length that counts coded bytes, are no longer true.
  const decoded = response.headers.has('content-encoding');
  for (const [name, value] of response.headers) {
    if (isForbiddenResponseName(name) || name === 'content-encoding' || (decoded && name === 'content-length'))
      continue;
    if (isSafelistedResponseName(name) || exposed.includes(name)) headers.push([name, value]);
  }
  const location = isRedirectStatus(response.status) ? response.headers.get('location') : null;
  if (location !== null && !URL.canParse(location, url)) return networkError('the redirect has no valid Location');
  return {
    result: {
      kind: 'response',
      head: {
        status: response.status,
        statusText: response.statusText,
        headers,
        nosniff: response.headers.get('x-content-type-options')?.split(',')[0]?.trim().toLowerCase() === 'nosniff',
        location: location === null ? null : new URL(location, url).href,
      },
    },
    body: response.body,
  };
}

function networkError(reason: string, detail?: string): Ruling {
  return { result: { kind: 'error', reason }, body: null, ...(detail !== undefined && { detail }) };
}
