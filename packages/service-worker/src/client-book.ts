/**
 * What the shim knows of the clients of its site: which may be expected to have our script in them, and how long to wait for it.
 * All of it may be forgotten at any time; it only saves waiting.
 */

/** How long a page may take to say that it is there, in milliseconds: it may be blocked by the very request that waits. */
const GRACE = 100;
/** A page that has our script first in its head will run it, however slow the device is. */
const LOADING_GRACE = 1000;
/** A document is loading for this long at most. */
const LOADING = 3000;
/** A client that could not connect us is not waited for again this soon, unless some page speaks. */
const SILENCE = 1000;
const MAX_ENTRIES = 256;

export class ClientBook {
  /** The pages of this site have our script as the first thing that could block. */
  scriptIsFirst = false;
  readonly #loading = new Map<string, number>();
  readonly #silent = new Map<string, number>();

  navigates(clientId: string): void {
    if (clientId !== '') remember(this.#loading, clientId);
  }

  /** A page has spoken: all that wait for one may hope again. */
  heard(clientId: string): void {
    this.#loading.delete(clientId);
    this.#silent.clear();
  }

  /** Nobody spoke when this client needed a connection. */
  wasSilent(clientId: string): void {
    remember(this.#silent, clientId);
  }

  isSilent(clientId: string): boolean {
    return performance.now() - (this.#silent.get(clientId) ?? Number.NEGATIVE_INFINITY) < SILENCE;
  }

  graceFor(clientId: string): number {
    const isLoading = performance.now() - (this.#loading.get(clientId) ?? Number.NEGATIVE_INFINITY) < LOADING;
    return this.scriptIsFirst && isLoading ? LOADING_GRACE : GRACE;
  }
}

function remember(map: Map<string, number>, clientId: string): void {
  map.delete(clientId);
  map.set(clientId, performance.now());
  if (map.size <= MAX_ENTRIES) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    break;
  }
}
