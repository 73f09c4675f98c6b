/** What one foreign worker does with requests: its channels, its accepted requests, and how long it stays for them. */
import {
  type ForeignRegistration,
  type FromForeignWorker,
  HOST_QUERY,
  inForeignScope,
  isSafe,
  offeredHeaders,
  type RequestHead,
  type ToWorker,
  WELL_KNOWN_PATH,
} from '@foreign-fetch/protocol';
import { ChannelServer } from './channel-server.js';
import { Exchange } from './exchange.js';
import { type ForeignFetchLists, NO_LISTS } from './foreign-fetch-options.js';
import { sw } from './global.js';
import { Lifetime } from './lifetime.js';
import type { WorkerStore } from './worker-store.js';

/** A sign of life this often while requests are open, in milliseconds. */
const ALIVE_EVERY = 5000;
/** A shim that did not answer three signs of life is gone; it may have been stopped in the middle of a body. */
const SILENCE = 3.5 * ALIVE_EVERY;
/** A safe request whose answer takes longer is acknowledged by itself. Far below the shim's deadline of 100 ms. */
const ACKNOWLEDGE_WITHIN = 10;
/** How many finished ids are remembered, so that a request that arrives twice is handled once. */
const REMEMBERED_IDS = 2048;

export class ForeignWorker {
  readonly instance = crypto.randomUUID();
  readonly lifetime = new Lifetime(() => void askForEvent());
  readonly #store: WorkerStore;
  readonly #channels = new Set<ChannelServer>();
  readonly #open = new Map<string, Exchange>();
  readonly #accepted = new Set<string>();
  #lists: ForeignFetchLists | Promise<ForeignFetchLists> | undefined;
  #alive: ReturnType<typeof setInterval> | undefined;
  readonly #unacknowledged: Exchange[] = [];
  #acknowledging: ReturnType<typeof setTimeout> | undefined;

  constructor(store: WorkerStore) {
    this.#store = store;
  }

  /** The lists of the active version: known to the version itself from `activate`, and read back after a restart. */
  set lists(lists: Promise<ForeignFetchLists>) {
    this.#keepLists(lists);
  }

  connect(port: MessagePort, origin: string): ChannelServer {
    const channel = new ChannelServer(port, origin, this);
    this.#channels.add(channel);
    return channel;
  }

  async registrationFor(origin: string): Promise<ForeignRegistration> {
    await activated();
    const { scopes, methods, headers, credentials, origins } = await this.#readLists();
    return { scope: sw.registration.scope, scopes, methods, headers, credentials, allowed: isAllowed(origins, origin) };
  }

  request(channel: ChannelServer, { id, head, body }: ToWorker & { type: 'request' }): void {
    const known = this.#open.get(id);
    const isRepeated = known !== undefined || this.#accepted.has(id);
    // What may have an effect is acknowledged before it can have one. For the rest the answer will often do.
    if (isRepeated || !isSafe(head.method)) channel.send({ type: 'ack', id });
    if (known) return known.moveTo(channel.send);
    if (isRepeated) return channel.send({ type: 'answer', id, result: { kind: 'repeated' }, body: null });
    this.#accept(id);
    const release = this.lifetime.begin();
    const exchange = new Exchange(
      {
        id,
        head,
        body,
        origin: channel.origin,
        admitted: () => this.#admit(head, channel.origin),
        closed: () => this.#open.delete(id),
        settled: release,
      },
      channel.send,
    );
    this.#open.set(id, exchange);
    this.#beat();
    if (isSafe(head.method)) this.#acknowledgeSoon(exchange);
    void exchange.run();
  }

  pull(id: string, bytes: number): void {
    this.#open.get(id)?.pull(bytes);
  }

  abort(id: string): void {
    this.#open.get(id)?.abort();
  }

  /** The client is gone: nobody is left to answer. */
  closed(channel: ChannelServer): void {
    this.#channels.delete(channel);
    for (const exchange of [...this.#open.values()]) if (exchange.isFor(channel.send)) exchange.abort();
  }

  /** One timer for all that came in the meantime. */
  #acknowledgeSoon(exchange: Exchange): void {
    this.#unacknowledged.push(exchange);
    this.#acknowledging ??= setTimeout(() => {
      this.#acknowledging = undefined;
      for (const open of this.#unacknowledged.splice(0)) open.acknowledge();
    }, ACKNOWLEDGE_WITHIN);
  }

  #accept(id: string): void {
    this.#accepted.add(id);
    if (this.#accepted.size <= REMEMBERED_IDS) return;
    for (const oldest of this.#accepted) {
      this.#accepted.delete(oldest);
      break;
    }
  }

  /**
   * The request as the lists of this version let it in. The shim has matched it against its copy of them, and is the client's: what counts
   * is this. A URL is matched in the form in which it will be fetched, and credentials that the lists do not name stay out (spec.md 9.15).
   */
  #admit(head: RequestHead, origin: string): RequestHead | undefined | Promise<RequestHead | undefined> {
    const lists = this.#readLists();
    return lists instanceof Promise ? lists.then(read => admit(head, origin, read)) : admit(head, origin, lists);
  }

  #readLists(): ForeignFetchLists | Promise<ForeignFetchLists> {
    if (!this.#lists) this.#keepLists(this.#store.active());
    return this.#lists ?? NO_LISTS;
  }

  #keepLists(reading: Promise<ForeignFetchLists>): void {
    this.#lists = reading;
    reading.then(
      lists => {
        if (this.#lists === reading) this.#lists = lists;
      },
      () => {
        // Not known is not the same as none: the next one asks again.
        if (this.#lists === reading) this.#lists = undefined;
      },
    );
  }

  /** Runs until it finds nothing to report: most requests are over before it first does. */
  #beat(): void {
    this.#alive ??= setInterval(() => {
      if (this.#open.size > 0) {
        for (const channel of this.#channels) {
          if (channel.quietFor > SILENCE) channel.close();
          else channel.send({ type: 'alive' });
        }
        return;
      }
      clearInterval(this.#alive);
      this.#alive = undefined;
    }, ALIVE_EVERY);
  }
}

function admit(
  head: RequestHead,
  origin: string,
  { scopes, origins, methods, headers, credentials }: ForeignFetchLists,
): RequestHead | undefined {
  if (!isAllowed(origins, origin) || !inForeignScope(scopes, head.url)) return undefined;
  if (!isSafe(head.method) && head.method !== 'POST' && !methods.includes(head.method)) return undefined;
  const named = head.headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  if (!offeredHeaders(named, headers)) return undefined;
  return credentials || head.credentials === 'omit' ? head : { ...head, credentials: 'omit' };
}

function isAllowed(origins: readonly string[], origin: string): boolean {
  return origin !== sw.location.origin && (origins.length === 0 || origins.includes(origin));
}

/** Waits while the worker is activating (spec.md 3d). */
async function activated(): Promise<void> {
  const worker = sw.registration.active;
  if (worker?.state !== 'activating') return;
  await new Promise<void>(resolve => worker.addEventListener('statechange', () => resolve(), { once: true }));
}

/** A notice to our host frames, of which some may be frozen: send this worker an event, so that the browser lets it live. */
async function askForEvent(): Promise<void> {
  const clients = await sw.clients.matchAll({ includeUncontrolled: true, type: 'window' });
  for (const client of clients) {
    const { pathname, search } = new URL(client.url);
    if (pathname === WELL_KNOWN_PATH || search === HOST_QUERY)
      client.postMessage({ foreignFetch: 'renew-me' } satisfies FromForeignWorker);
  }
}
