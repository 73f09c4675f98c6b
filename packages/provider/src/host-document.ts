/**
 * The host document, answered by the worker itself at `<scope>?foreign-fetch=host`.
 *
 * Requirements
 * 1. It is answered ahead of the provider's own `fetch` listeners, an app shell included, and also without any network.
 * 2. It is the provider's document, byte for byte, with the policies that let it load on pages under COEP:
 *    `Cross-Origin-Embedder-Policy: require-corp` and `Cross-Origin-Resource-Policy: cross-origin` (all three engines, 2026-11).
 * 3. It is looked at again once a day. When the server says that it is gone (404 or 410), the worker unregisters itself: a provider that
 *    gives foreign fetch up must be able to. Never while it is being installed (unregistering would wait for the install that waits for
 *    it), and not where pages of the provider itself are its clients: there it is their service worker.
 * 4. Nothing here holds up an install: every fetch has a deadline, and its failure is no failure of the worker.
 */
import { HOST_QUERY, WELL_KNOWN_PATH } from '@foreign-fetch/protocol';
import { sw } from './global.js';
import type { StoredDocument, WorkerStore } from './worker-store.js';

const DAY = 24 * 60 * 60 * 1000;
const FETCH_DEADLINE = 5000;
/** Headers of the original that are part of what the document may do. */
const KEPT_HEADERS = ['content-security-policy', 'permissions-policy', 'referrer-policy'];

export function isHostRequest(request: Request): boolean {
  return request.mode === 'navigate' && request.url === new URL(HOST_QUERY, sw.registration.scope).href;
}

export async function answerHostRequest(
  store: WorkerStore,
  extend: (promise: Promise<unknown>) => void,
): Promise<Response> {
  const stored = await store.document();
  if (!stored) return toResponse(await fetchDocument(store));
  if (Math.abs(Date.now() - stored.storedAt) > DAY) extend(revalidate(store));
  return toResponse(stored);
}

/** Called in `install`, so that the first start without a network already has a copy. */
export async function storeHostDocument(store: WorkerStore): Promise<void> {
  await fetchDocument(store).catch(() => {});
}

async function revalidate(store: WorkerStore): Promise<void> {
  try {
    await fetchDocument(store);
  } catch (error) {
    if (!(error instanceof GoneError)) return;
    await store.setDocument(undefined);
    const clients = await sw.clients.matchAll({ includeUncontrolled: true, type: 'window' });
    if (!clients.some(({ frameType }) => frameType === 'top-level')) void sw.registration.unregister();
  }
}

class GoneError extends Error {}

async function fetchDocument(store: WorkerStore): Promise<StoredDocument> {
  const signal = AbortSignal.timeout(FETCH_DEADLINE);
  const response = await fetch(WELL_KNOWN_PATH, { cache: 'no-cache', credentials: 'omit', signal });
  if (response.status === 404 || response.status === 410) throw new GoneError(`${WELL_KNOWN_PATH} is gone`);
  if (!response.ok) throw new TypeError(`${WELL_KNOWN_PATH} answered ${response.status}`);
  const headers = KEPT_HEADERS.flatMap(name => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const document: StoredDocument = { body: await response.text(), headers, storedAt: Date.now() };
  await store.setDocument(document);
  return document;
}

function toResponse({ body, headers }: StoredDocument): Response {
  return new Response(body, {
    headers: [
      ...headers.map(([name, value]): [string, string] => [name, value]),
      ['content-type', 'text/html; charset=utf-8'],
      ['cross-origin-embedder-policy', 'require-corp'],
      ['cross-origin-resource-policy', 'cross-origin'],
    ],
  });
}
