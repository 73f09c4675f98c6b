/** What one foreign worker does with requests: its channels, its accepted requests, and how long it stays for them. */
import {
  type ForeignRegistration,
  HOST_QUERY,
  inForeignScope,
  offeredHeaders,
  type RequestHead,
  type ToWorker,
  WELL_KNOWN_PATH,
} from '@foreign-fetch/protocol';
import { ChannelServer } from './channel-server.js';
import { Exchange } from './exchange.js';
import type { ForeignFetchLists } from './foreign-fetch-options.js';
import { sw } from './global.js';
import { Lifetime } from './lifetime.js';
import type { WorkerStore } from './worker-store.js';

/** A sign of life this often while requests are open, in milliseconds. */
const ALIVE_EVERY = 5000;
/** How many finished ids are remembered, so that a request that arrives twice is handled once. */
const REMEMBERED_IDS = 2048;

export class ForeignWorker {
  readonly instance = crypto.randomUUID();
  readonly lifetime = new Lifetime(() => void askForEvent());
  readonly #store: WorkerStore;
  readonly #channels = new Set<ChannelServer>();
  readonly #open = new Map<string, Exchange>();
  readonly #accepted = new Set<string>();
  #lists: Promise<ForeignFetchLists> | undefined;
  #alive: ReturnType<typeof setInterval> | undefined;

  constructor(store: WorkerStore) {
    this.#store = store;
  }

  /** The lists of the active version: known to the version itself from `activate`, and read back after a restart. */
  set lists(lists: Promise<ForeignFetchLists>) {
    this.#lists = lists;
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
    channel.send({ type: 'ack', id });
    const known = this.#open.get(id);
    if (known) return known.moveTo(channel.send);
    if (this.#accepted.has(id)) {
      return channel.send({
        type: 'answer',
        id,
        result: { kind: 'repeated' },
        body: null,
      });
    }
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
    void exchange.run();
  }

  pull(id: string, bytes: number): void {
    this.#open.get(id)?.pull(bytes);
  }

  abort(id: string): void {
    this.#open.get(id)?.abort();
  }

  closed(channel: ChannelServer): void {
    this.#channels.delete(channel);
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
  async #admit(head: RequestHead, origin: string): Promise<RequestHead | undefined> {
    const { scopes, origins, methods, headers, credentials } = await this.#readLists();
    const url = new URL(head.url).href;
    const names = new Headers(head.headers.map(([name, value]): [string, string] => [name, value]));
    if (!isAllowed(origins, origin) || !inForeignScope(scopes, url)) return undefined;
    if (!['GET', 'HEAD', 'POST', ...methods].includes(head.method)) return undefined;
    if (!offeredHeaders(names, new Set(headers))) return undefined;
    return { ...head, url, credentials: credentials ? head.credentials : 'omit' };
  }

  async #readLists(): Promise<ForeignFetchLists> {
    this.#lists ??= this.#store.active();
    return this.#lists;
  }

  /** Runs until it finds nothing to report: most requests are over before it first does. */
  #beat(): void {
    this.#alive ??= setInterval(() => {
      if (this.#open.size > 0) {
        for (const channel of this.#channels) channel.send({ type: 'alive' });
        return;
      }
      clearInterval(this.#alive);
      this.#alive = undefined;
    }, ALIVE_EVERY);
  }
}

function isAllowed(origins: readonly string[], origin: string): boolean {
  return origin !== sw.location.origin && (origins.length === 0 || origins.includes(origin));
}

/** Waits while the worker is activating (spec.md 3d). */
async function activated(): Promise<void> {
  const worker = sw.registration.active;
  if (!worker || worker.state !== 'activating') return;
  await new Promise<void>(resolve => worker.addEventListener('statechange', () => resolve(), { once: true }));
}

/** A notice to some host frame of ours: send this worker an event, so that the browser lets it live. */
async function askForEvent(): Promise<void> {
  const clients = await sw.clients.matchAll({ includeUncontrolled: true, type: 'window' });
  const frame = clients.find(({ url }) => {
    const { pathname, search } = new URL(url);
    return pathname === WELL_KNOWN_PATH || search === HOST_QUERY;
  });
  frame?.postMessage({ foreignFetch: 'renew-me' });
}
