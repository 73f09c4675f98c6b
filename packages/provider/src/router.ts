/**
 * Dispatch of `foreignfetch` events through workbox-routing, as a separate entry: providers that do not route pay nothing for it.
 * A `Router` is used, never `registerRoute()`, which would add `fetch` and `message` listeners of its own.
 */

import type { Router } from 'workbox-routing/Router.js';
import type {} from './index.js';

export { RegExpRoute } from 'workbox-routing/RegExpRoute.js';
export { Route } from 'workbox-routing/Route.js';
export { Router } from 'workbox-routing/Router.js';

export interface RouteOptions {
  /** Response headers to expose to clients beyond the CORS safelist. Default none. */
  readonly headers?: readonly string[];
}

/**
 * Answers every `foreignfetch` event for which `router` has a route; the others go on to the network. The client may read the answers:
 * do not route what it must not see.
 */
export function addForeignFetchRouter(router: Router, options: RouteOptions = {}): void {
  (self as unknown as ServiceWorkerGlobalScope).addEventListener('foreignfetch', event => {
    const response = router.handleRequest({ request: event.request, event });
    if (!response) return;
    event.respondWith(response.then(response => ({ response, origin: event.origin, headers: options.headers ?? [] })));
  });
}
