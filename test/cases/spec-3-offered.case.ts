// spec.md 3: which requests are offered to a foreign worker. The oracle is what the page got and what the server saw.
import { ANSWERING_WORKER, givenProvider, type Provider } from '../fixtures/provider.js';
import { givenSite, seen } from '../fixtures/site.js';
import { type TestContext, test } from '../harness/registry.js';

const PIXEL = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

/** Answers everything in kind, and remembers as what it was asked: `/asked` tells. */
const NOTING_WORKER = `
  addEventListener('install', event => event.registerForeignFetch({ scopes: ['/'], origins: ['*'] }));
  const asked = [];
  addEventListener('foreignfetch', event => {
    const { request } = event;
    const { pathname } = new URL(request.url);
    const answer = (body, type) => event.respondWith(Promise.resolve({
      response: new Response(body, { headers: { 'content-type': type } }), origin: event.origin }));
    if (pathname === '/asked') return answer(JSON.stringify(asked), 'application/json');
    asked.push(request.method + ' ' + pathname + ' ' + request.destination + ' ' + request.mode);
    if (pathname.endsWith('.gif')) return answer(Uint8Array.from(atob('${PIXEL}'), c => c.charCodeAt(0)), 'image/gif');
    if (pathname.endsWith('.css')) return answer('body { --foreign: yes }', 'text/css');
    if (pathname.endsWith('.js')) return answer('globalThis.loaded = (globalThis.loaded ?? 0) + 1', 'text/javascript');
    if (pathname.endsWith('.events')) return answer('data: hello\\n\\n', 'text/event-stream');
    answer('foreign', 'text/plain');
  });`;

async function asked(
  t: TestContext,
  provider: Provider,
  page: Awaited<ReturnType<ReturnType<typeof givenSite>['open']>>,
): Promise<string[]> {
  const answer = await seen(page, provider.url('/asked'));
  t.ok(typeof answer !== 'string', 'the worker tells what it was asked');
  return typeof answer === 'string' ? [] : (JSON.parse(answer.text) as string[]);
}

test('3.2 subresource requests of every kind are offered, with their destination and mode', async t => {
  const provider = givenProvider(t, NOTING_WORKER);
  const site = givenSite(t, { providers: [provider.origin] });
  const page = await site.open();
  await page.evaluate(async (origin: string) => {
    const loaded = (element: HTMLElement) =>
      new Promise<void>((resolve, reject) => {
        element.onload = () => resolve();
        element.onerror = () => reject(new Error(`${element.outerHTML} failed`));
        document.body.append(element);
      });
    const make = (name: string, attributes: Record<string, string>) =>
      Object.assign(document.createElement(name), attributes);
    await loaded(make('img', { src: `${origin}/image.gif` }));
    await loaded(make('img', { crossOrigin: 'anonymous', src: `${origin}/cors-image.gif` }));
    await loaded(make('script', { src: `${origin}/script.js` }));
    await loaded(make('link', { rel: 'stylesheet', href: `${origin}/style.css` }));
    await fetch(`${origin}/fetch`);
    await fetch(`${origin}/fetch-no-cors`, { mode: 'no-cors' });
    await fetch(`${origin}/post`, { method: 'POST', body: 'hello' });
    await fetch(`${origin}/head`, { method: 'HEAD' });
    await new Promise<void>((resolve, reject) => {
      const xhr = new XMLHttpRequest();
      xhr.open('GET', `${origin}/xhr`);
      xhr.onload = () => resolve();
      xhr.onerror = () => reject(new Error('xhr failed'));
      xhr.send();
    });
    await new Promise<void>((resolve, reject) => {
      const source = new EventSource(`${origin}/source.events`);
      source.onmessage = () => {
        source.close();
        resolve();
      };
      source.onerror = () => reject(new Error('EventSource failed'));
    });
    navigator.sendBeacon(`${origin}/beacon`, 'hit');
    await new FontFace('foreign', `url(${origin}/font.woff2)`).load().catch(() => {});
  }, provider.origin);
  const all = await t.until(async () => {
    const list = await asked(t, provider, page);
    return list.some(line => line.includes('/beacon')) ? list : undefined;
  });
  const expected = [
    'GET /image.gif image no-cors',
    'GET /cors-image.gif image cors',
    'GET /script.js script no-cors',
    'GET /style.css style no-cors',
    'GET /fetch  cors',
    'GET /fetch-no-cors  no-cors',
    'POST /post  cors',
    'HEAD /head  cors',
    'GET /xhr  cors',
    'GET /source.events  cors',
    'POST /beacon  no-cors',
    // WebKitGTK 2.50 (2026-11) shows a font's request to the service worker as no-cors; Fetch says cors.
    `GET /font.woff2 font ${t.engine === 'webkit' ? 'no-cors' : 'cors'}`,
  ];
  t.equal([...all].sort(), [...expected].sort());
  t.equal(provider.requests(), []);
});

test('3.2 a frame, an object and an embed are not offered', async t => {
  const provider = givenProvider(t, NOTING_WORKER);
  const site = givenSite(t, { providers: [provider.origin] });
  const page = await site.open();
  await page.evaluate(async (origin: string) => {
    for (const [name, attribute] of [
      ['iframe', 'src'],
      ['object', 'data'],
      ['embed', 'src'],
    ] as const) {
      const element = document.createElement(name);
      element.setAttribute(attribute, `${origin}/${name}`);
      document.body.append(element);
    }
  }, provider.origin);
  await t.until(() => provider.requests().includes('GET /iframe') && provider.requests().includes('GET /object'));
  t.equal(await asked(t, provider, page), []);
});

test('3 (e) requests to the own origin are never offered, even if the site lists itself', async t => {
  const provider = givenProvider(t, ANSWERING_WORKER);
  const site = givenSite(t, { providers: [provider.origin, t.server.origin(`site-${t.id}.localhost`)] });
  site.host.routes.set('/own', { body: 'own' });
  const page = await site.visit();
  await t.until(async () => typeof (await seen(page, provider.url('/x'))) !== 'string');
  const answer = await seen(page, `${site.origin}/own`);
  t.equal(typeof answer === 'string' ? answer : answer.text, 'own');
});

test('3.1 a provider that the site does not list is never contacted', async t => {
  const provider = givenProvider(t, ANSWERING_WORKER);
  const site = givenSite(t, { providers: [] });
  const page = await site.open();
  const answer = await seen(page, provider.url('/x'));
  t.equal(typeof answer === 'string' ? answer : answer.text, 'network');
  t.equal(
    provider.host.log.map(({ path }) => path),
    ['/x'],
  );
});

test('3 (c) only the registration with the longest scope is considered', async t => {
  const provider = givenProvider(t, ANSWERING_WORKER);
  const nested = `importScripts('/foreign-fetch-provider.js');
    addEventListener('install', event => event.registerForeignFetch({ scopes: ['/sub/nested'], origins: ['*'] }));
    addEventListener('foreignfetch', event => event.respondWith(Promise.resolve({ response: new Response('nested'), origin: event.origin })));`;
  provider.host.routes.set('/sub/worker.js', { headers: { 'content-type': 'text/javascript' }, body: nested });
  provider.declare([{ script: '/worker.js' }, { script: '/sub/worker.js' }]);
  const site = givenSite(t, { providers: [provider.origin] });
  const page = await site.open();
  const text = async (path: string) => {
    const answer = await seen(page, provider.url(path));
    return typeof answer === 'string' ? answer : answer.text;
  };
  await t.until(async () => (await text('/sub/nested/x')) === 'nested', { message: 'the nested worker to answer' });
  await t.until(async () => (await text('/x')) === 'foreign', { message: 'the outer worker to answer' });
  // In the nested worker's scope, but not in its foreign scopes: nobody's, although the other worker would have it.
  t.equal(await text('/sub/other'), 'network');
});

test('3 (c) the URL must start with a foreign scope', async t => {
  const provider = givenProvider(
    t,
    `addEventListener('install', event => event.registerForeignFetch({ scopes: ['/api/v1', '/other?q='], origins: ['*'] }));
     addEventListener('foreignfetch', event => event.respondWith(Promise.resolve({ response: new Response('foreign'), origin: event.origin })));`,
  );
  const site = givenSite(t, { providers: [provider.origin] });
  const page = await site.open();
  const answers = [];
  for (const path of ['/api/v1', '/api/v1/x', '/api/v10', '/api', '/other', '/other?q=1']) {
    const answer = await seen(page, provider.url(path));
    answers.push(`${path} ${typeof answer === 'string' ? answer : answer.text}`);
  }
  t.equal(answers, [
    '/api/v1 foreign',
    '/api/v1/x foreign',
    '/api/v10 foreign',
    '/api network',
    '/other network',
    '/other?q=1 foreign',
  ]);
});

test('3 (f) a site that is not among the origins is not served, and its state says so', async t => {
  const provider = givenProvider(
    t,
    `addEventListener('install', event => event.registerForeignFetch({ scopes: ['/'], origins: ['https://other.example/with/path'] }));
     addEventListener('foreignfetch', event => event.respondWith(Promise.resolve({ response: new Response('foreign'), origin: event.origin })));`,
  );
  const site = givenSite(t, { providers: [provider.origin] });
  const page = await site.visit();
  const reason = await page.evaluate(async (origin: string) => {
    const { foreignFetch } = window as unknown as {
      foreignFetch: { ready: Promise<Map<string, { state: string; reason: string }>> };
    };
    const status = (await foreignFetch.ready).get(origin);
    return `${status?.state}: ${status?.reason}`;
  }, provider.origin);
  t.equal(reason, `no-handler: its worker does not handle requests from ${site.origin}`);
  const answer = await seen(page, provider.url('/x'));
  t.equal(typeof answer === 'string' ? answer : answer.text, 'network');
});

test('3 (f) named origins: a path or a trailing slash in the entry is harmless', async t => {
  const siteOrigin = t.server.origin(`site-${t.id}.localhost`);
  const provider = givenProvider(
    t,
    `addEventListener('install', event => event.registerForeignFetch({ scopes: ['/'], origins: ['${siteOrigin}/path/'] }));
     addEventListener('foreignfetch', event => event.respondWith(Promise.resolve({ response: new Response('foreign'), origin: event.origin })));`,
  );
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  const answer = await seen(page, provider.url('/x'));
  t.equal(typeof answer === 'string' ? answer : answer.text, 'foreign');
});

test('3 (g) methods and headers beyond the safelist keep a request from being offered', async t => {
  const provider = givenProvider(t, ANSWERING_WORKER, {
    server: ({ method }) => ({
      status: method === 'OPTIONS' ? 204 : 200,
      headers: {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': '*',
        'access-control-allow-headers': '*',
      },
      body: method === 'OPTIONS' ? '' : 'network',
    }),
  });
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  const via = async (init: RequestInit) => {
    const answer = await seen(page, provider.url('/x'), init);
    return typeof answer === 'string' ? answer : answer.text;
  };
  t.equal(await via({}), 'foreign');
  t.equal(await via({ method: 'PUT', body: 'x' }), 'network');
  t.equal(await via({ method: 'DELETE' }), 'network');
  t.equal(await via({ method: 'PATCH', body: 'x' }), 'network');
  t.equal(await via({ headers: { 'x-own': '1' } }), 'network');
  t.equal(await via({ headers: { authorization: 'Bearer x' } }), 'network');
  t.equal(await via({ method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }), 'network');
  t.equal(
    await via({ method: 'POST', body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    'foreign',
  );
  t.equal(
    await via({ method: 'POST', body: 'a', headers: { 'content-type': `text/plain;x=${'a'.repeat(120)}` } }),
    'network',
  );
  t.equal(
    await via({ headers: { accept: 'application/json', 'accept-language': 'de', 'content-language': 'de' } }),
    'foreign',
  );
});

test("3.4 a foreign worker's own requests do not come back to it; those to a third origin are not its business", async t => {
  const third = givenProvider(t, ANSWERING_WORKER, { name: 'third' });
  const provider = givenProvider(
    t,
    `addEventListener('install', event => event.registerForeignFetch({ scopes: ['/'], origins: ['*'] }));
     addEventListener('foreignfetch', event => event.respondWith((async () => {
       const own = await (await fetch('/own')).text();
       const other = await (await fetch('${third.url('/data')}')).text();
       return { response: new Response(own + ' ' + other), origin: event.origin };
     })()));`,
    { server: ({ path }) => ({ headers: { 'access-control-allow-origin': '*' }, body: `network${path}` }) },
  );
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  const answer = await seen(page, provider.url('/x'));
  t.equal(typeof answer === 'string' ? answer : answer.text, 'network/own network');
  t.equal(provider.requests(), ['GET /own']);
  t.equal(third.requests(), ['GET /data']);
});

/** A site's own worker with the mixin; `listener` is the body of its fetch listener. */
const own = (provider: Provider, listener: string, rest = '') => `
  importScripts('/foreign-fetch-mixin.js');
  enableForeignFetch({ providers: ['${provider.origin}'] });
  addEventListener('install', () => skipWaiting());
  addEventListener('activate', event => event.waitUntil(clients.claim()));
  addEventListener('fetch', event => { ${listener} });
  ${rest}`;

for (const [name, listener, expected] of [
  [
    'answers itself: the foreign worker is never asked',
    "if (event.request.url.endsWith('/x')) event.respondWith(new Response('own worker'));",
    'own worker',
  ],
  ['does not respond: the request falls through', '', 'foreign'],
  [
    'calls fetch(): that reaches the foreign worker',
    "if (event.request.url.endsWith('/x')) event.respondWith(fetch(event.request));",
    'foreign',
  ],
  [
    'calls fetch() with a URL',
    "if (event.request.url.endsWith('/x')) event.respondWith(fetch(event.request.url));",
    'foreign',
  ],
  [
    'throws: that has no special meaning',
    "if (event.request.url.endsWith('/x')) throw new Error('the site has a bug');",
    'foreign',
  ],
] as const) {
  test(`3.3 the site's own service worker goes first; it ${name}`, async t => {
    const provider = givenProvider(t, ANSWERING_WORKER);
    const page = await givenSite(t, { providers: [provider.origin], ownWorker: own(provider, listener) }).open();
    const answer = await seen(page, provider.url('/x'));
    t.equal(typeof answer === 'string' ? answer : answer.text, expected);
    t.equal(provider.requests(), []);
  });
}

test("3.3 onfetch of the site's own worker goes first, too, wherever it is set", async t => {
  const provider = givenProvider(t, ANSWERING_WORKER);
  const listener =
    "onfetch = event => { if (event.request.url.endsWith('/x')) event.respondWith(new Response('own worker')); };";
  const page = await givenSite(t, { providers: [provider.origin], ownWorker: own(provider, '', listener) }).open();
  const answer = await seen(page, provider.url('/x'));
  t.equal(typeof answer === 'string' ? answer : answer.text, 'own worker');
});

test("3.3 cache.add() and cache.addAll() of the site's own worker reach the foreign worker", async t => {
  const provider = givenProvider(t, ANSWERING_WORKER);
  const rest = `addEventListener('message', event => {
    if (!event.data.add) return;
    event.waitUntil((async () => {
      const cache = await caches.open('own');
      await cache.add('${provider.url('/one')}');
      await cache.addAll(['${provider.url('/two')}', '/own']);
      const bodies = await Promise.all(['${provider.url('/one')}', '${provider.url('/two')}', '/own'].map(async url => (await cache.match(url)).text()));
      event.ports[0].postMessage(bodies);
    })().catch(error => event.ports[0].postMessage(String(error))));
  });`;
  const site = givenSite(t, { providers: [provider.origin], ownWorker: own(provider, '', rest) });
  site.host.routes.set('/own', { body: 'own' });
  const page = await site.open();
  const bodies = await page.evaluate(
    () =>
      new Promise<unknown>(resolve => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = event => resolve(event.data);
        navigator.serviceWorker.controller?.postMessage({ add: true }, [port2]);
      }),
  );
  t.equal(bodies, ['foreign', 'foreign', 'own']);
  t.equal(provider.requests(), []);
});
