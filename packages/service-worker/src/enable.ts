/** Puts foreign fetch into this service worker. */
import { sw } from './global.js';
import { addLastFetchListener } from './last-fetch-listener.js';
import { nativeAddEventListener } from './native.js';
import { handlePageMessage } from './page-messages.js';
import { patchFetch } from './patch-fetch.js';
import { Shim } from './shim.js';
import { checkOptions, type SiteOptions } from './site-options.js';

/**
 * Call it once, while the worker's script is evaluated. The worker's own `fetch` listeners go first, wherever they are added; its `fetch()`,
 * `cache.add()` and `cache.addAll()` reach foreign workers.
 * @throws TypeError for an option that is wrong; Error when it is called a second time.
 */
export function enableForeignFetch(options: SiteOptions): void {
  if (enabled)
    throw new Error('[foreign-fetch] enableForeignFetch() was called before; list all providers in one call.');
  const shim = new Shim(checkOptions(options));
  enabled = true;
  patchFetch(shim);
  // The site's own listeners may answer its navigations, and then ours, which come last, do not hear of them.
  nativeAddEventListener('fetch', event => {
    if (event.request.mode === 'navigate') shim.navigates(event.resultingClientId);
  });
  addLastFetchListener(event => {
    if (event.defaultPrevented || event.request.mode === 'navigate') return;
    const { request, clientId } = event;
    const answer = shim.offer({ request, destination: request.destination, clientId, signal: undefined });
    if (answer) event.respondWith(answer);
  });
  sw.addEventListener('message', event => handlePageMessage(shim, event));
}

let enabled = false;
