// Bad input: a fault of a provider, or of the site itself, has a state with a reason and a remedy, and leaves the page as well off as
// without us.
import { ANSWERING_WORKER, givenProvider, type Provider, type ProviderOptions } from '../fixtures/provider.js';
import { givenSite, type SiteOptions, seen } from '../fixtures/site.js';
import type { Page } from '../harness/engine.js';
import { type TestContext, test } from '../harness/registry.js';

const SCRIPT = { 'content-type': 'text/javascript' };
const WELL_KNOWN = '/.well-known/foreign-fetch';

interface Statuses {
  readonly site: string;
  readonly provider: string;
}

/** `state: reason` of the site and of the provider, once `ready` has settled. */
async function statuses(page: Page, provider: string): Promise<Statuses> {
  return page.evaluate(async (origin: string) => {
    type Status = { state: string; reason: string };
    const { foreignFetch } = window as unknown as {
      foreignFetch: { ready: Promise<Map<string, Status>>; site: Status };
    };
    const status = (await foreignFetch.ready).get(origin);
    return {
      site: `${foreignFetch.site.state}: ${foreignFetch.site.reason}`,
      provider: `${status?.state}: ${status?.reason}`,
    };
  }, provider);
}

/** A provider with a fault: its state says so, and its requests use the network. */
async function providerFault(
  t: TestContext,
  worker: string,
  expected: RegExp,
  options: { provider?: ProviderOptions; site?: Partial<SiteOptions>; prepare?: (provider: Provider) => void } = {},
): Promise<void> {
  const provider = givenProvider(t, worker, options.provider);
  options.prepare?.(provider);
  const page = await givenSite(t, { providers: [provider.origin], ...options.site }).visit();
  t.match((await statuses(page, provider.origin)).provider, expected);
  provider.host.offline = false;
  const answer = await seen(page, provider.url('/x'));
  t.equal(typeof answer === 'string' ? answer : answer.text, 'network');
  if (t.engine === 'chromium')
    t.ok(
      page.console.some(line => line.includes('[foreign-fetch]') && line.includes(provider.origin)),
      'the console names it',
    );
}

test('12.1 a provider without a host document', t =>
  providerFault(t, ANSWERING_WORKER, /^no-handler: .*is not there \(404\)/, {
    provider: {
      hosted: false,
      server: ({ path }) => ({
        status: path === WELL_KNOWN ? 404 : 200,
        headers: { 'access-control-allow-origin': '*' },
        body: 'network',
      }),
    },
  }));

test('12.1 a provider that answers with some other page at the well-known place', t =>
  providerFault(t, ANSWERING_WORKER, /^(no-handler|blocked): .*no host document/, {
    prepare: ({ host }) =>
      host.routes.set(WELL_KNOWN, { headers: { 'content-type': 'text/html' }, body: '<h1>Welcome</h1>' }),
  }));

test('12.2 a provider whose host document may not be framed', t =>
  providerFault(t, ANSWERING_WORKER, /^blocked: .*X-Frame-Options/, {
    prepare: ({ host }) => {
      const page = host.routes.get(WELL_KNOWN) as { headers: Record<string, string>; body: string };
      host.routes.set(WELL_KNOWN, { ...page, headers: { ...page.headers, 'x-frame-options': 'DENY' } });
    },
  }));

test('12.3 a worker that does not import the provider script', t =>
  providerFault(t, '', /^no-handler: .*first line must be importScripts/, {
    prepare: ({ host }) =>
      host.routes.set('/worker.js', { headers: SCRIPT, body: "addEventListener('fetch', () => {});" }),
  }));

test('12.3 a worker that never calls registerForeignFetch()', t =>
  providerFault(
    t,
    "addEventListener('foreignfetch', event => event.respondWith(Promise.resolve({ response: new Response('foreign'), origin: event.origin })));",
    /^no-handler: .*registerForeignFetch/,
  ));

test('12.3 a worker whose install fails', t =>
  providerFault(
    t,
    "addEventListener('install', event => event.waitUntil(Promise.reject(new Error('no'))));",
    /^no-handler: .*failed in its install/,
  ));

test('12.3 a worker script that is not there', t =>
  providerFault(t, '', /^no-handler: .*could not be registered/, {
    prepare: ({ host }) => host.routes.set('/worker.js', { status: 404, body: '' }),
  }));

const speaking = (words: string) => `
  addEventListener('message', event => {
    const [port] = event.ports;
    ${words}
  });`;
const strange = (words: string) => ({
  prepare: ({ host }: Provider) => void host.routes.set('/worker.js', { headers: SCRIPT, body: speaking(words) }),
});

test('12.4 a worker that speaks another version of the protocol', t =>
  providerFault(
    t,
    '',
    /^protocol-mismatch: .*protocol 7 to 9.*update/,
    strange("port.postMessage({ type: 'mismatch', range: { min: 7, max: 9 } });"),
  ));

test('12.4 a worker that answers the handshake with garbage', t =>
  providerFault(
    t,
    '',
    /^no-handler: .*a message that we do not know/,
    strange("port.postMessage({ __proto__: null, type: 'hello', version: {} });"),
  ));

test('12.4 a worker that answers a request with garbage: the network answers, and the next request too', async t => {
  const provider = givenProvider(t, '');
  provider.host.routes.set('/worker.js', {
    headers: SCRIPT,
    body: speaking(`
      port.postMessage({ type: 'hello', version: 1, instance: 'x', registration: {
        scope: registration.scope, scopes: [registration.scope], allowed: true, methods: [], headers: [], credentials: false } });
      port.onmessage = ({ data }) => { if (data.type === 'request') port.postMessage(['garbage', data.id]); };`),
  });
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  for (let round = 0; round < 2; round++) {
    const answer = await seen(page, provider.url('/x'));
    t.equal(typeof answer === 'string' ? answer : answer.text, 'network');
  }
});

test('12.5 a provider that is not reachable', t =>
  providerFault(t, ANSWERING_WORKER, /^unreachable: .*does not answer/, {
    prepare: ({ host }) => {
      host.offline = true;
    },
  }));

test("12.6 the page's Content-Security-Policy forbids the frame", t =>
  providerFault(t, ANSWERING_WORKER, /^blocked: .*frame-src/, {
    site: { headers: { 'content-security-policy': "frame-src 'none'" } },
  }));

test("12.6 the policy of the worker's own script forbids the provider: the shim stays off its requests", t =>
  providerFault(t, ANSWERING_WORKER, /^blocked: .*connect-src/, {
    site: { workerHeaders: { 'content-security-policy': "default-src 'self'" } },
  }));

test('12.6 with such a policy, not one request fails while the worker starts', async t => {
  const provider = givenProvider(t, ANSWERING_WORKER);
  const site = givenSite(t, {
    providers: [provider.origin],
    workerHeaders: { 'content-security-policy': "default-src 'self'" },
  });
  const page = await site.visit();
  t.match((await statuses(page, provider.origin)).provider, /^blocked: .*connect-src/);
  // The worker that may not reach the provider is replaced by one that does not know it.
  await t.until(() =>
    page.evaluate(
      async () => !(await navigator.serviceWorker.getRegistration())?.active?.scriptURL.includes('provider='),
    ),
  );
  for (let round = 0; round < 3; round++) {
    await t.browser.stopWorkers?.();
    await page.reload();
    const answer = await seen(page, provider.url('/x'));
    t.equal(typeof answer === 'string' ? answer : answer.text, 'network');
  }
  t.match((await statuses(page, provider.origin)).provider, /^blocked: .*connect-src/);
});

test("12.3 no host document: the provider's own service worker is installed all the same", async t => {
  const provider = givenProvider(t, ANSWERING_WORKER, {
    hosted: false,
    server: () => ({ status: 404, headers: { 'content-type': 'text/html' }, body: '<!doctype html>' }),
  });
  const page = await t.page();
  await page.goto(`${provider.origin}/`);
  const state = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.register('/worker.js');
    await Promise.race([navigator.serviceWorker.ready, new Promise(resolve => setTimeout(resolve, 8000))]);
    return registration.active?.state ?? 'never active';
  });
  t.match(state, /^activat(ing|ed)$/);
});

test('12.7 the browser never finishes registering the worker', t =>
  providerFault(t, ANSWERING_WORKER, /^registration-stuck: .*did not finish/, {
    prepare: ({ host }) => {
      const page = host.routes.get(WELL_KNOWN) as { headers: Record<string, string>; body: string };
      const { 'content-security-policy': _, ...headers } = page.headers;
      const stuck = '<script>ServiceWorkerContainer.prototype.register = () => new Promise(() => {});</script>';
      host.routes.set(WELL_KNOWN, { headers, body: page.body.replace('<link', `${stuck}<link`) });
    },
  }));

/** A fault of the site's own: its state says so, and all requests use the network. */
async function siteFault(
  t: TestContext,
  expected: RegExp,
  prepare: (site: ReturnType<typeof givenSite>) => void,
  options: Partial<SiteOptions> = {},
): Promise<void> {
  const provider = givenProvider(t, ANSWERING_WORKER);
  const site = givenSite(t, { providers: [provider.origin], ...options });
  prepare(site);
  const page = await site.visit();
  t.match((await statuses(page, provider.origin)).site, expected);
  const answer = await seen(page, provider.url('/x'));
  t.equal(typeof answer === 'string' ? answer : answer.text, 'network');
}

test('12.8 our worker file is missing', t =>
  siteFault(t, /^worker-missing: .*copy foreign-fetch-sw\.js/, ({ host }) =>
    host.routes.delete('/foreign-fetch-sw.js'),
  ));

test('12.8 there is HTML in the place of our worker file', t =>
  siteFault(t, /^worker-invalid: .*text\/html/, ({ host }) =>
    host.routes.set('/foreign-fetch-sw.js', { headers: { 'content-type': 'text/html' }, body: '<!doctype html>' }),
  ));

test('12.8 our worker file has a wrong type', t =>
  siteFault(t, /^worker-invalid: .*text\/plain/, ({ host }) =>
    host.routes.set('/foreign-fetch-sw.js', { headers: { 'content-type': 'text/plain' }, body: '// not JavaScript' }),
  ));

test('12.9 a page that is not a secure context, and a browser without service workers', async t => {
  await siteFault(t, /^insecure: .*https/, () => {}, {
    beforeTag: "<script>Object.defineProperty(window, 'isSecureContext', { value: false })</script>",
  });
});

test('12.9 a browser without service workers', async t => {
  await siteFault(t, /^unsupported: /, () => {}, {
    beforeTag: '<script>delete Navigator.prototype.serviceWorker</script>',
  });
});

test("12.10 the site's own service worker without the mixin: nothing is registered over it, and the state has the line to add", async t => {
  const provider = givenProvider(t, ANSWERING_WORKER);
  const ownWorker = `addEventListener('install', () => skipWaiting());
    addEventListener('activate', event => event.waitUntil(clients.claim()));
    addEventListener('fetch', event => { if (event.request.url.endsWith('/pwa')) event.respondWith(new Response('pwa')); });`;
  const site = givenSite(t, { providers: [provider.origin], ownWorker });
  site.host.routes.set('/before', { headers: { 'content-type': 'text/html' }, body: '<!doctype html>' });
  const page = await site.visit('/before');
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/sw.js');
    await navigator.serviceWorker.ready;
  });
  for (let visit = 0; visit < 2; visit++) {
    await page.goto(`${site.origin}/`);
    t.match(
      (await statuses(page, provider.origin)).site,
      /^needs-mixin: .*sw\.js: importScripts\('\/foreign-fetch-mixin\.js'\); enableForeignFetch\(\{"providers":\["http/,
    );
    t.equal(await page.evaluate(async () => (await fetch('/pwa')).text()), 'pwa');
    const script = await page.evaluate(
      async () => (await navigator.serviceWorker.getRegistration())?.active?.scriptURL,
    );
    t.equal(script, `${site.origin}/sw.js`);
  }
});

test('12.11 a bad entry of data-providers is an error that names the remedy, and the good ones go on', async t => {
  const provider = givenProvider(t, ANSWERING_WORKER);
  const page = await givenSite(t, {
    providers: ['api.example', provider.origin],
    beforeTag: '<script>console.error = message => { window.seenError = message; }</script>',
  }).open();
  t.match(
    await page.evaluate(() => (window as unknown as { seenError: string }).seenError),
    /"api\.example" in data-providers is not an origin.*scheme/,
  );
  const answer = await seen(page, provider.url('/x'));
  t.equal(typeof answer === 'string' ? answer : answer.text, 'foreign');
});

test("12.13 a provider that the site's own worker does not list, and the site itself as a provider", async t => {
  const provider = givenProvider(t, ANSWERING_WORKER);
  const site = givenSite(t, {
    providers: [provider.origin, t.server.origin(`site-${t.id}.localhost`)],
    ownWorker: `importScripts('/foreign-fetch-mixin.js'); enableForeignFetch({ providers: [] });
      addEventListener('install', () => skipWaiting());
      addEventListener('activate', event => event.waitUntil(clients.claim()));`,
  });
  const page = await site.visit();
  t.match((await statuses(page, provider.origin)).provider, /^blocked: .*does not list it.*enableForeignFetch/);
  t.match((await statuses(page, site.origin)).provider, /^blocked: .*the site itself/);
});

for (const when of ['at once', 'on load'] as const) {
  test(`12.10 a site that registers its own worker ${when}, on a first visit without data-mixin, keeps it`, async t => {
    const provider = givenProvider(t, ANSWERING_WORKER);
    const register = "navigator.serviceWorker.register('/sw.js')";
    const site = givenSite(t, {
      providers: [provider.origin],
      head: `<script>${when === 'at once' ? register : `addEventListener('load', () => ${register})`}</script>`,
    });
    site.host.routes.set('/sw.js', {
      headers: SCRIPT,
      body: `addEventListener('install', () => skipWaiting());
        addEventListener('activate', event => event.waitUntil(clients.claim()));
        addEventListener('fetch', event => { if (event.request.url.endsWith('/pwa')) event.respondWith(new Response('pwa')); });`,
    });
    for (let visit = 0; visit < 2; visit++) {
      const page = await site.visit();
      t.match((await statuses(page, provider.origin)).site, /^needs-mixin: .*data-mixin/);
      t.equal(await page.evaluate(async () => (await fetch('/pwa')).text()), 'pwa');
    }
    t.equal(
      site.host.log.filter(({ path }) => path.startsWith('/foreign-fetch-sw.js')),
      [],
    );
  });
}

test('12.12 a page under COEP: the frame loads, images are not blocked, and both still hold offline', async t => {
  const gif = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
  const provider = givenProvider(
    t,
    `addEventListener('install', event => event.registerForeignFetch({ scopes: ['/'], origins: ['*'] }));
     addEventListener('foreignfetch', event => event.respondWith(Promise.resolve({
       response: new Response(Uint8Array.from(atob('${gif}'), c => c.charCodeAt(0)), { headers: { 'content-type': 'image/gif' } }), origin: event.origin })));`,
  );
  const headers = { 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-opener-policy': 'same-origin' };
  const site = givenSite(t, { providers: [provider.origin], headers, workerHeaders: headers });
  const page = await site.open();
  const width = () =>
    page.evaluate(
      (src: string) =>
        new Promise<number>(resolve => {
          const image = new Image();
          image.onload = () => resolve(image.naturalWidth);
          image.onerror = () => resolve(-1);
          image.src = src;
        }),
      provider.url(`/image.gif?${Math.random()}`),
    );
  t.equal(await width(), 1);
  provider.host.offline = true;
  await t.browser.stopWorkers?.();
  await page.reload();
  t.equal((await statuses(page, provider.origin)).provider, 'active: ');
  t.equal(await width(), 1);
});
