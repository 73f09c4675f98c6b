// What this shop's service worker did before foreign fetch came: its page works offline. The network first, then what was kept.
const CACHE = 'shop';
const FILES = [
  '/',
  '/?polyfill=off',
  '/foreign-fetch.js',
  '/shared/polyfill-off.js',
  '/shared/style.css',
  '/shared/icon.svg',
  '/shared/site.js',
  '/shared/hits.js',
  '/shared/polyfill-state.js',
  '/shared/random-number.js',
  '/shared/servers.js',
  '/shared/timeline.js',
];

self.addEventListener('install', event => {
  self.skipWaiting();
  event.waitUntil(caches.open(CACHE).then(cache => cache.addAll(FILES)));
});

self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', event => {
  const { request } = event;
  // Requests to other sites are not answered here: they fall through to the foreign workers.
  if (request.method !== 'GET' || !request.url.startsWith(`${location.origin}/`)) return;
  event.respondWith(networkFirst(request));
});

async function networkFirst(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request);
    if (!kept) throw error;
    return kept;
  }
}
