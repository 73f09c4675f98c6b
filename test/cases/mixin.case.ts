// The site's own service worker with the mixin: its `fetch()` is still the browser's, as far as anybody can tell.
import { givenProvider, type Provider } from '../fixtures/provider.js';
import { givenSite } from '../fixtures/site.js';
import type { Page } from '../harness/engine.js';
import { type TestContext, test } from '../harness/registry.js';

const GIF = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

const WORKER = `
  addEventListener('install', event => event.registerForeignFetch({ scopes: ['/'], origins: ['*'] }));
  addEventListener('foreignfetch', event => {
    const { pathname, searchParams } = new URL(event.request.url);
    const give = (response, more = { origin: event.origin }) => event.respondWith(Promise.resolve({ response, ...more }));
    if (pathname === '/rejects') return event.respondWith(Promise.reject(new Error('token s3cr3t')));
    if (pathname === '/opaque.gif') return give(new Response('not an image'), {});
    if (pathname === '/never') return event.respondWith(new Promise(() => {}));
    if (pathname === '/redirect') return give(new Response(null, { status: 307, headers: { location: searchParams.get('to') } }));
    give(new Response('foreign'));
  });`;

/** Runs code in the site's own worker, and returns what it resolves with; what it throws as its name. */
async function inWorker(page: Page, code: string): Promise<string> {
  return page.evaluate(
    (source: string) =>
      new Promise<string>(resolve => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = event => resolve(event.data as string);
        navigator.serviceWorker.controller?.postMessage({ source }, [port2]);
      }),
    code,
  );
}

async function given(
  t: TestContext,
  listener = '',
): Promise<{ provider: Provider; page: Page; site: ReturnType<typeof givenSite> }> {
  const provider = givenProvider(t, WORKER, {
    server: ({ path }) =>
      path === '/opaque.gif'
        ? { headers: { 'content-type': 'image/gif' }, body: Uint8Array.from(atob(GIF), c => c.charCodeAt(0)) }
        : { headers: { 'access-control-allow-origin': '*' }, body: 'network' },
  });
  const ownWorker = `
    importScripts('/foreign-fetch-mixin.js');
    enableForeignFetch({ providers: ['${provider.origin}'] });
    addEventListener('install', () => skipWaiting());
    addEventListener('activate', event => event.waitUntil(clients.claim()));
    addEventListener('fetch', event => { ${listener} });
    addEventListener('message', event => {
      if (!event.data.source) return;
      const run = new Function('return (async () => { ' + event.data.source + ' })()');
      event.waitUntil(run().then(String, error => error.name).then(outcome => event.ports[0].postMessage(outcome)));
    });`;
  const site = givenSite(t, { providers: [provider.origin], ownWorker });
  return { provider, site, page: await site.open() };
}

test('14.1 a network error rejects, so that the fallback of the site runs', async t => {
  const { provider, page } = await given(
    t,
    "if (event.request.url.endsWith('/rejects')) event.respondWith(fetch(event.request).catch(() => new Response('fallback')));",
  );
  t.equal(await inWorker(page, `return (await fetch('${provider.url('/rejects')}')).type`), 'TypeError');
  t.equal(await page.evaluate(async (url: string) => (await fetch(url)).text(), provider.url('/rejects')), 'fallback');
});

test('14.2 an abort is heard, before and while the handler works', async t => {
  const { provider, page } = await given(t);
  t.equal(
    await inWorker(page, `return (await fetch('${provider.url('/x')}', { signal: AbortSignal.abort() })).text()`),
    'AbortError',
  );
  t.equal(
    await inWorker(
      page,
      `return (await fetch('${provider.url('/never')}', { signal: AbortSignal.timeout(200) })).text()`,
    ),
    'TimeoutError',
  );
});

test('14.3 integrity is checked by the browser, on bytes of the network', async t => {
  const { provider, page } = await given(t);
  t.equal(
    await inWorker(page, `return (await fetch('${provider.url('/x')}', { integrity: 'sha256-AAAA' })).text()`),
    'TypeError',
  );
});

test('14.4 an element that the site passes on with fetch(event.request) is still an element', async t => {
  const { provider, page } = await given(
    t,
    "if (event.request.url.endsWith('.gif')) event.respondWith(fetch(event.request));",
  );
  const width = await page.evaluate(
    (src: string) =>
      new Promise<number>(resolve => {
        const image = new Image();
        image.onload = () => resolve(image.naturalWidth);
        image.onerror = () => resolve(-1);
        image.src = src;
      }),
    provider.url('/opaque.gif'),
  );
  t.equal(width, 1);
});

test("14.5 bad arguments, and requests of others, are the browser's own business", async t => {
  const { page, site } = await given(t);
  site.host.routes.set('/own', { body: 'own' });
  t.equal(await inWorker(page, "return (await fetch('/own')).text()"), 'own');
  t.equal(await inWorker(page, "return (await fetch('http://[')).text()"), 'TypeError');
  t.equal(await inWorker(page, "return (await fetch('/own', { method: 'TRACE' })).text()"), 'TypeError');
});

test("14.6 a worker's redirect does not make the site's own worker its deputy", async t => {
  const { provider, page, site } = await given(t);
  site.host.routes.set('/account', { body: 'account' });
  const outcome = await page.evaluate(
    async (url: string) => {
      // biome-ignore lint/suspicious/noDocumentCookie: not every engine has a cookieStore
      document.cookie = 'session=secret; SameSite=Strict; path=/';
      const get = await fetch(url).then(
        response => response.text(),
        error => (error as Error).name,
      );
      const post = await fetch(url, { method: 'POST', body: 'x' }).then(
        response => response.text(),
        error => (error as Error).name,
      );
      return { get, post };
    },
    provider.url(`/redirect?to=${site.origin}/account`),
  );
  t.equal(outcome.post, 'TypeError');
  const asked = site.host.log.filter(({ path }) => path === '/account');
  t.equal(
    asked.map(({ method, headers }) => `${method} ${headers.cookie}`),
    ['GET undefined'],
  );
});

test("14.7 nothing of a handler's exception reaches the client", async t => {
  const { provider, page } = await given(
    t,
    "const { warn } = console; console.warn = (...parts) => { self.heard = (self.heard ?? '') + parts; warn(...parts); };",
  );
  await page.evaluate((url: string) => fetch(url).catch(() => {}), provider.url('/rejects'));
  const heard = await inWorker(page, "return self.heard ?? ''");
  t.match(heard, /handler failed/);
  t.ok(!heard.includes('s3cr3t'), heard);
});
