/**
 * Messages on the channel: the port between the site's worker ("shim") and a foreign worker.
 *
 * Requirements
 * 1. The worker speaks first: `hello` (or `mismatch`), so that a port without a living worker behind it is never taken for a channel.
 * 2. A request is acknowledged at once: before its handler runs if it may have an effect, within 10 ms otherwise, and by its answer if
 *    that is sooner. An id is handled once: a request that arrives again under an accepted id is acknowledged again, and answered on the
 *    port that it came from last.
 * 3. Every request ends with exactly one `answer`; a streamed body then ends with exactly one `end` (with its size) or `cut`.
 *    Anything else is an error for the reader, never a short success.
 * 4. A body chunk is sent only against credit (`pull`), so that neither side holds more than a window of it.
 * 5. `abort` may be sent at any time and is never answered.
 * 6. Of an opaque result only the word crosses: no status, header or byte.
 * 7. Messages that need no answer are notices; nobody waits for them.
 */
import type { HeaderList } from './headers.js';
import type { VersionRange } from './version.js';

/** Identifies a request for ever: the nonce of the channel it was first sent on, and a counter. */
export type RequestId = string;

/** A Request, as far as one crosses the channel. Credentials and headers have been reduced by the sender (spec.md 3g, 9.15). */
export interface RequestHead {
  readonly url: string;
  readonly method: string;
  readonly headers: HeaderList;
  readonly mode: 'cors' | 'no-cors';
  readonly credentials: 'omit' | 'include';
  readonly cache: RequestCache;
  readonly redirect: RequestRedirect;
  readonly referrer: string;
  readonly referrerPolicy: ReferrerPolicy;
  readonly integrity: string;
  readonly keepalive: boolean;
  readonly destination: RequestDestination;
  /** Opaque, stable for one client, resolvable by nobody. */
  readonly clientId: string;
}

/** A Response that its provider lets the client read. */
export interface ResponseHead {
  readonly status: number;
  readonly statusText: string;
  /** Already filtered: what is here may be seen by the page. */
  readonly headers: HeaderList;
  /** `X-Content-Type-Options: nosniff` was set; it is not exposed, but it still holds. */
  readonly nosniff: boolean;
  /** Where a redirect that the worker made leads, as an absolute URL; null for every other status. */
  readonly location: string | null;
}

/** What a foreign worker makes of a request. */
export type Result =
  /** Nobody called `respondWith()`: the request goes on to the network. */
  | { readonly kind: 'none' }
  /** The request was answered before, on another port; that answer counts, if it arrives. */
  | { readonly kind: 'repeated' }
  /** A network error. `reason` is for the console and holds nothing of the response. */
  | { readonly kind: 'error'; readonly reason: string }
  | { readonly kind: 'opaque' }
  | { readonly kind: 'opaqueredirect' }
  | { readonly kind: 'response'; readonly head: ResponseHead };

/** What a foreign worker registered, as far as the client of this channel is concerned (spec.md 2 and 10). */
export interface ForeignRegistration {
  /** Absolute URL of the registration's scope. */
  readonly scope: string;
  /** Absolute URLs; empty when the worker does not handle foreign fetch. */
  readonly scopes: readonly string[];
  /** Whether the client's origin is one of the worker's `origins`. */
  readonly allowed: boolean;
  /** Methods beyond GET, HEAD and POST. */
  readonly methods: readonly string[];
  /** Lower-case names of request headers beyond the CORS safelist. */
  readonly headers: readonly string[];
  /** Whether `credentials: 'include'` reaches the handler as such. */
  readonly credentials: boolean;
}

export type ToShim =
  | {
      readonly type: 'hello';
      readonly version: number;
      readonly instance: string;
      readonly registration: ForeignRegistration;
    }
  | { readonly type: 'mismatch'; readonly range: VersionRange }
  | { readonly type: 'pong' }
  | { readonly type: 'ack'; readonly id: RequestId }
  /** A sign of life of every accepted request of this channel. */
  | { readonly type: 'alive' }
  /** `body`: all of it, or `'stream'` when chunks follow. */
  | {
      readonly type: 'answer';
      readonly id: RequestId;
      readonly result: Result;
      readonly body: ArrayBuffer | 'stream' | null;
    }
  | { readonly type: 'chunk'; readonly id: RequestId; readonly bytes: ArrayBuffer }
  | { readonly type: 'end'; readonly id: RequestId; readonly size: number }
  | { readonly type: 'cut'; readonly id: RequestId; readonly reason: string };

export type ToWorker =
  | { readonly type: 'ping' }
  | { readonly type: 'request'; readonly id: RequestId; readonly head: RequestHead; readonly body: ArrayBuffer | null }
  /** Credit for `bytes` more bytes of body. */
  | { readonly type: 'pull'; readonly id: RequestId; readonly bytes: number }
  | { readonly type: 'abort'; readonly id: RequestId }
  /** The shim gives this port up; requests that were accepted on it are aborted. */
  | { readonly type: 'close' };

/** How much body may be under way, in bytes. Measured small on purpose: it bounds memory, and a round trip costs under a millisecond. */
export const BODY_WINDOW = 1024 * 1024;

/** A longer request body is not offered: it goes to the network, untouched. */
export const MAX_REQUEST_BODY = 16 * 1024 * 1024;

/** No message of ours carries more than this in one buffer; whoever sends more is not us. */
export const MAX_CHUNK = 4 * 1024 * 1024;
