// Start with no network: the provider's worker is woken at a URL inside its own scope.
import { givenProvider } from '../fixtures/provider.js';
import { givenSite, ready, seen } from '../fixtures/site.js';
import { test } from '../harness/registry.js';

/** The sample of the "micro service workers" article, at the place and with the default scope that it has there. */
const RANDOM_WORKER = `
self.addEventListener('install', (e) => {
  e.registerForeignFetch({
    scopes: ['/random/number'], // or self.registration.scope to handle everything
    origins: ['*'] // or ['https://client1.com'] to limit the remote origins
  });
});
self.addEventListener('foreignfetch', (e) => {
  e.respondWith(
    fetch(e.request)
      .then((response) => ({ response, origin: e.origin }))
      .catch(() => ({
        response: new Response(Math.floor(Math.random() * 100)),
        origin: e.origin
      }))
  );
});`;

const OFFLINE_PAGE_WORKER = (provider: string) => `
importScripts('/foreign-fetch-mixin.js');
enableForeignFetch({ providers: ['${provider}'] });
addEventListener('install', event => event.waitUntil(keep().then(() => skipWaiting())));
addEventListener('activate', event => event.waitUntil(clients.claim()));
async function keep() {
  globalThis.kept = {};
  const database = await open();
  for (const path of ['/', '/foreign-fetch.js']) {
    const response = await fetch(path);
    const entry = { body: await response.text(), type: response.headers.get('content-type') };
    const transaction = database.transaction('pages', 'readwrite');
    transaction.objectStore('pages').put(entry, path);
    await new Promise(resolve => transaction.oncomplete = resolve);
  }
}
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('site', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('pages');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
async function page(path) {
  const database = await open();
  const request = database.transaction('pages').objectStore('pages').get(path);
  await new Promise(resolve => request.onsuccess = resolve);
  return new Response(request.result.body, { headers: { 'content-type': request.result.type } });
}
addEventListener('fetch', event => {
  const url = new URL(event.request.url);
  if (url.origin === location.origin && (url.pathname === '/' || url.pathname === '/foreign-fetch.js')) event.respondWith(page(url.pathname));
});`;

test('8.2 offline, while the host frame is being opened, no request fails', async t => {
  const provider = givenProvider(t, RANDOM_WORKER, { name: 'random', script: '/random/worker.js' });
  const site = givenSite(t, { providers: [provider.origin], ownWorker: OFFLINE_PAGE_WORKER(provider.origin) });
  const page = await site.open();
  await seen(page, provider.url('/random/number'));
  provider.host.offline = true;
  await t.browser.stopWorkers?.();
  await page.reload({ waitFor: 'domcontentloaded' });
  const answers = await page.evaluate(async (url: string) => {
    const all: Promise<string>[] = [];
    for (let round = 0; round < 20; round++) {
      all.push(
        fetch(url).then(
          response => response.text(),
          error => (error as Error).name,
        ),
      );
      await new Promise(resolve => setTimeout(resolve, 15));
    }
    return Promise.all(all);
  }, provider.url('/random/number'));
  t.equal(
    answers.filter(answer => !/^\d+$/.test(answer)),
    [],
  );
  // And the page's view of the provider does not stay at what it was in between.
  t.equal(await ready(page), { [provider.origin]: 'active' });
});

test('8.3 a tab that failed to reach the provider does not keep another tab from it', async t => {
  const provider = givenProvider(t, RANDOM_WORKER, { name: 'random', script: '/random/worker.js' });
  const site = givenSite(t, { providers: [provider.origin] });
  const good = await site.open();
  const page = site.host.routes.get('/') as { headers: Record<string, string>; body: string };
  site.host.routes.set('/bad', {
    ...page,
    headers: { ...page.headers, 'content-security-policy': "frame-src 'none'" },
  });
  provider.host.offline = true;
  await site.visit('/bad');
  for (let round = 0; round < 3; round++) {
    await t.browser.stopWorkers?.();
    const answer = await seen(good, provider.url('/random/number'));
    t.match(typeof answer === 'string' ? answer : answer.text, /^\d+$/);
    t.equal(await ready(good), { [provider.origin]: 'active' });
  }
});

for (const reach of ['the provider is', 'every server is'] as const) {
  test(`8.1 after a reload with ${reach} gone, the random API at /random/worker.js still answers`, async t => {
    const provider = givenProvider(t, RANDOM_WORKER, {
      name: 'random',
      script: '/random/worker.js',
      server: () => ({ headers: { 'access-control-allow-origin': '*' }, body: '4711' }),
    });
    const site = givenSite(t, { providers: [provider.origin], ownWorker: OFFLINE_PAGE_WORKER(provider.origin) });
    const page = await site.open();
    const online = await seen(page, provider.url('/random/number'));
    t.equal(typeof online === 'string' ? online : online.text, '4711');

    provider.host.offline = true;
    if (reach === 'every server is') site.host.offline = true;
    if (t.browser.stopWorkers) await t.browser.stopWorkers();
    await page.reload();
    t.equal(await ready(page), { [provider.origin]: 'active' });
    const offline = await seen(page, provider.url('/random/number'));
    t.match(typeof offline === 'string' ? offline : offline.text, /^\d{1,2}$/);
  });
}
