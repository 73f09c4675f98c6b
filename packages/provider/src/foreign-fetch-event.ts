/** `ForeignFetchEvent`: spec.md 1, 5 and 9.10. */

import { sw } from './global.js';
import { toDictionary, toUSVString } from './webidl.js';

/** What the promise given to `respondWith()` resolves with. */
export interface ForeignFetchResponse {
  response: Response;
  /** The client's origin (`event.origin`): lets the client read the response. Without it the response is opaque. */
  origin?: string;
  /** Names of headers to expose beyond the CORS safelist. Only with `origin`; `*` is not a wildcard. */
  headers?: Iterable<string>;
}

export interface ForeignFetchEventInit extends ExtendableEventInit {
  request: Request;
  /** Default `"null"`. */
  origin?: string;
  /** Default the empty string. */
  clientId?: string;
}

interface Internals {
  answer: Promise<unknown> | undefined;
  /** How many promises of `waitUntil()` are not settled yet. */
  pending: number;
  extend: ((promise: Promise<unknown>) => void) | undefined;
}

const internals = new WeakMap<Event, Internals>();

/**
 * Fired at a provider's worker for a request that another site makes to it.
 *
 * It differs from the original in one thing that no script can do: `isTrusted` is false.
 */
export class ForeignFetchEvent extends ExtendableEvent {
  readonly #request: Request;
  readonly #origin: string;
  readonly #clientId: string;

  /** @throws TypeError when `init` or its `request` is missing, or `request` is not a Request. */
  constructor(type: string, init: ForeignFetchEventInit) {
    // biome-ignore lint/complexity/noArguments: Web IDL tells a missing argument from an undefined one
    if (arguments.length < 2)
      throw new TypeError('ForeignFetchEvent: the second argument, with "request", is required.');
    const dictionary = toDictionary(init, 'ForeignFetchEvent: the second argument');
    super(type, init);
    if (!(dictionary.request instanceof Request))
      throw new TypeError('ForeignFetchEvent: "request" must be a Request.');
    this.#request = dictionary.request;
    this.#origin = dictionary.origin === undefined ? 'null' : toUSVString(dictionary.origin);
    this.#clientId = dictionary.clientId === undefined ? '' : toUSVString(dictionary.clientId);
    internals.set(this, { answer: undefined, pending: 0, extend: undefined });
  }

  /** The client's request, as far as its provider may see it (spec.md 4). Its headers are immutable. */
  get request(): Request {
    return this.#request;
  }

  /** The client's origin as the browser attests it, or `"null"`. */
  get origin(): string {
    return this.#origin;
  }

  /** An opaque id, stable for one client. `clients.get()` does not know it. */
  get clientId(): string {
    return this.#clientId;
  }

  /**
   * Answers the request. Call it while the event is dispatched, once.
   * @param response a promise of `{ response, origin, headers }`; a rejection, or anything else, is a network error for the client.
   * @throws InvalidStateError when the event is not being dispatched, or is answered already.
   */
  respondWith(response: ForeignFetchResponse | PromiseLike<ForeignFetchResponse>): void {
    // biome-ignore lint/complexity/noArguments: as above
    if (arguments.length === 0) throw new TypeError('ForeignFetchEvent.respondWith: an argument is required.');
    this.stopImmediatePropagation();
    const state = stateOf(this);
    if (this.eventPhase === 0)
      throw invalidState('respondWith() was called after the event; call it in the listener itself, with a promise.');
    if (state.answer) throw invalidState('respondWith() was called before.');
    state.answer = Promise.resolve(response);
    this.waitUntil(state.answer);
  }

  /** Keeps the worker alive until `promise` settles. */
  override waitUntil(promise: unknown): void {
    const state = stateOf(this);
    if (this.eventPhase === 0 && state.pending === 0) {
      throw invalidState('waitUntil() was called after the event, and after everything that it waited for.');
    }
    const given = Promise.resolve(promise);
    const settle = () => queueMicrotask(() => state.pending--);
    given.then(settle, settle);
    state.pending++;
    state.extend?.(given);
  }
}

for (const name of ['request', 'origin', 'clientId', 'respondWith', 'waitUntil']) {
  const descriptor = Object.getOwnPropertyDescriptor(ForeignFetchEvent.prototype, name);
  Object.defineProperty(ForeignFetchEvent.prototype, name, { ...descriptor, enumerable: true });
}
Object.defineProperty(ForeignFetchEvent.prototype, Symbol.toStringTag, {
  value: 'ForeignFetchEvent',
  configurable: true,
});

function stateOf(event: ForeignFetchEvent): Internals {
  const state = internals.get(event);
  if (!state) throw new TypeError('Illegal invocation');
  return state;
}

function invalidState(message: string): DOMException {
  return new DOMException(`ForeignFetchEvent: ${message}`, 'InvalidStateError');
}

/** Fires the event and returns what `respondWith()` was given, or `undefined` when nobody answered. */
export function fire(
  event: ForeignFetchEvent,
  extend: (promise: Promise<unknown>) => void,
): Promise<unknown> | undefined {
  const state = stateOf(event);
  state.extend = extend;
  sw.dispatchEvent(event);
  return state.answer;
}
