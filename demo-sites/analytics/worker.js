// The collector's own service worker. No hit of any site is lost while the collector is away.
importScripts('/foreign-fetch-provider.js', '/foreign-fetch-router.js', '/idb.js', '/hit-queue.js');

self.addEventListener('install', event => {
  self.skipWaiting();
  event.registerForeignFetch({ scopes: ['/analytics.js', '/collect', '/pixel.gif', '/queue'], origins: ['*'] });
  event.waitUntil(caches.open('analytics').then(cache => cache.add('/analytics.js')));
});

const { Router, Route, addForeignFetchRouter } = foreignFetchRouter;
const at =
  path =>
  ({ url }) =>
    url.pathname === path;

/** Answers 202 at once; `X-Hit` says whether the collector has it (`sent`) or it waits here (`queued`). */
async function accept(fields, event, body = null, type = 'text/plain') {
  const { id = crypto.randomUUID(), at = Date.now(), detail = '', repeated = false } = fields;
  const hit = { id, at: Number(at), type: fields.type, detail, repeated, site: event.origin };
  const { state, delivery } = await hitQueue.add(hit);
  event.waitUntil(delivery.then(delivered => delivered && hitQueue.replay()));
  const headers = {
    'Content-Type': type,
    'X-Answered-By': 'foreign worker',
    'X-Hit': state,
    'X-Queue': await hitQueue.size(),
  };
  return new Response(body, { status: body ? 200 : 202, headers });
}

async function collect({ request, event }) {
  const hit = await request.json().catch(() => undefined);
  return hit?.type ? accept(hit, event) : new Response('A hit is JSON with a "type".', { status: 400 });
}

function pixel({ url, event }) {
  const gif = Uint8Array.from(atob('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'), c => c.charCodeAt(0));
  return accept({ type: 'pixel', ...Object.fromEntries(url.searchParams) }, event, gif, 'image/gif');
}

/** The embedded script itself: from the server while there is one, so that a new version is used at once. */
async function script({ request }) {
  const cache = await caches.open('analytics');
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put('/analytics.js', response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match('/analytics.js');
    if (!kept) throw error;
    return kept;
  }
}

/** What still waits, for the sites' pages to show. Asking is also a reason to try again. */
async function queue() {
  await hitQueue.replay();
  return Response.json({ waiting: await hitQueue.size() });
}

const router = new Router();
router.registerRoute(new Route(at('/collect'), collect, 'POST'));
router.registerRoute(new Route(at('/pixel.gif'), pixel));
router.registerRoute(new Route(at('/analytics.js'), script));
router.registerRoute(new Route(at('/queue'), queue));
addForeignFetchRouter(router, { headers: ['X-Answered-By', 'X-Hit', 'X-Queue'] });

// This worker was stopped, and is needed again: see whether the collector is back.
hitQueue.replay();
