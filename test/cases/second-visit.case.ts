// A second visit with all servers up: what the markup asks for is answered by the foreign worker, although much of it reaches the shim
// before any script of the page has run.
import { givenProvider, type Provider } from '../fixtures/provider.js';
import { givenSite, ready } from '../fixtures/site.js';
import { type TestContext, test } from '../harness/registry.js';
import { HANG } from '../harness/server.js';

const PIXEL = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

const ASSETS_WORKER = `
  addEventListener('install', event => event.registerForeignFetch({ scopes: ['/'], origins: ['*'] }));
  const bodies = {
    '/blocking.js': ['globalThis.blocking = "foreign";', 'text/javascript'],
    '/style.css': ['body { --from: foreign }', 'text/css'],
    '/image.gif': [Uint8Array.from(atob('${PIXEL}'), c => c.charCodeAt(0)), 'image/gif'],
    '/font.woff2': ['not really a font', 'font/woff2'],
    '/worker-data': ['foreign', 'text/plain'],
  };
  addEventListener('foreignfetch', event => {
    const [body, type] = bodies[new URL(event.request.url).pathname] ?? ['', 'text/plain'];
    event.respondWith(Promise.resolve({ response: new Response(body, { headers: { 'content-type': type } }), origin: event.origin }));
  });`;

const assets = (provider: Provider) => `
  <style>@font-face { font-family: foreign; src: url(${provider.url('/font.woff2')}) } body { font-family: foreign }</style>
  <link rel="stylesheet" href="${provider.url('/style.css')}">
  <script src="${provider.url('/blocking.js')}"></script>`;

const body = (provider: Provider) => `text in the font<img src="${provider.url('/image.gif')}">
  <script>
    const source = 'onmessage = async ({ data }) => postMessage(await (await fetch(data)).text())';
    const worker = new Worker(URL.createObjectURL(new Blob([source])));
    window.fromWorker = new Promise(resolve => { worker.onmessage = ({ data }) => resolve(data); });
    worker.postMessage('${provider.url('/worker-data')}');
  </script>`;

function givenAssets(t: TestContext): { provider: Provider; site: ReturnType<typeof givenSite> } {
  const provider = givenProvider(t, ASSETS_WORKER);
  return {
    provider,
    site: givenSite(t, { providers: [provider.origin], head: assets(provider), body: body(provider) }),
  };
}

async function loaded(page: Awaited<ReturnType<ReturnType<typeof givenSite>['visit']>>): Promise<unknown> {
  return page.evaluate(async () => {
    if (document.readyState !== 'complete') await new Promise(resolve => addEventListener('load', resolve));
    const globals = window as unknown as { blocking?: string; fromWorker: Promise<string> };
    return {
      blocking: globals.blocking,
      style: getComputedStyle(document.body).getPropertyValue('--from').trim(),
      image: document.querySelector('img')?.naturalWidth,
      worker: await globals.fromWorker,
    };
  });
}

const ALL_FOREIGN = { blocking: 'foreign', style: 'foreign', image: 1, worker: 'foreign' };

test('11.1 with a standing channel: font, stylesheet, blocking script, image and a worker request are all foreign', async t => {
  const { provider, site } = givenAssets(t);
  await site.open();
  provider.host.clearLog();
  // The first page stays open, and with it the workers and their channel.
  const page = await site.visit();
  t.equal(await loaded(page), ALL_FOREIGN);
  t.equal(provider.requests(), []);
});

test('11.2 cold, with our tag first in the head: the same', async t => {
  const { provider, site } = givenAssets(t);
  const first = await site.open();
  await first.close();
  await t.browser.stopWorkers?.();
  provider.host.clearLog();
  const page = await site.visit();
  t.equal(await loaded(page), ALL_FOREIGN);
  t.equal(provider.requests(), []);
});

test("11.3 the provider's blocking script before our tag, cold: it comes from the network, without a stall", async t => {
  const provider = givenProvider(t, ASSETS_WORKER, {
    server: () => ({ headers: { 'content-type': 'text/javascript' }, body: 'globalThis.blocking = "network";' }),
  });
  const site = givenSite(t, {
    providers: [provider.origin],
    beforeTag: `<script src="${provider.url('/blocking.js')}"></script>`,
  });
  const first = await site.open();
  await first.close();
  await t.browser.stopWorkers?.();
  const page = await site.visit();
  const { blocking, duration } = await page.evaluate(() => ({
    blocking: (window as unknown as { blocking: string }).blocking,
    duration: performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/blocking.js'))?.duration ?? 0,
  }));
  t.match(blocking, /network|foreign/);
  // The grace is 100 ms; a deadlock would be the 3 s of the connection's deadline.
  t.ok(duration < 1500, `the script took ${duration} ms`);
  t.equal(await ready(page), { [provider.origin]: 'active' });
});

test('11.4 two tabs, and then two sites: each site has a registration of its own', async t => {
  const provider = givenProvider(
    t,
    `addEventListener('install', event => event.registerForeignFetch({ scopes: ['/'], origins: ['*'] }));
     const id = crypto.randomUUID();
     addEventListener('foreignfetch', event => event.respondWith(Promise.resolve({ response: new Response(id + ' ' + event.origin), origin: event.origin })));`,
  );
  const news = givenSite(t, { name: 'news', providers: [provider.origin] });
  const shop = givenSite(t, { name: 'shop', providers: [provider.origin] });
  const ask = async (page: Awaited<ReturnType<typeof news.open>>) =>
    page.evaluate(async (url: string) => (await (await fetch(url)).text()).split(' '), provider.url('/x'));
  const [tab1 = '', newsOrigin] = await ask(await news.open());
  const [tab2] = await ask(await news.open());
  const [other, shopOrigin] = await ask(await shop.open());
  t.equal(tab2, tab1, 'two tabs of a site share one worker');
  t.equal([newsOrigin, shopOrigin], [news.origin, shop.origin]);
  t.ok(other !== tab1, 'another site has another worker, in a partition of its own');
});

test('11.5 a provider that hangs does not hold up the load event of the page', async t => {
  const provider = givenProvider(t, ASSETS_WORKER, { hosted: false, server: () => HANG });
  const site = givenSite(t, { providers: [provider.origin] });
  const page = await t.page();
  await page.goto(`${site.origin}/`, { waitFor: 'load', timeout: 2500 });
  t.equal(await page.evaluate(() => document.readyState), 'complete');
});
