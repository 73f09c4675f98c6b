// Section 0 proves the harness itself: that the three engines, the sites and the offline switch are what the tests assume.
import { type TestContext, test } from '../harness/registry.js';
import { CUT, HANG } from '../harness/server.js';

const HTML = { 'content-type': 'text/html;charset=utf-8' };
const SCRIPT = { 'content-type': 'text/javascript' };

/** A provider whose frame registers a worker and relays what that answers, and a page of another site around it. */
function twoSites(t: TestContext) {
  const provider = t.site('provider');
  provider.routes.set('/worker.js', {
    headers: SCRIPT,
    body: `
      addEventListener('install', () => skipWaiting());
      addEventListener('message', event => event.ports[0].postMessage('worker heard ' + event.data));
      addEventListener('fetch', event => {
        if (event.request.url.endsWith('/answered')) event.respondWith(new Response('from the worker'));
      });`,
  });
  provider.routes.set('/frame', {
    headers: HTML,
    body: `<!doctype html><script>
      (async () => {
        await navigator.serviceWorker.register('/worker.js');
        const { active } = await navigator.serviceWorker.ready;
        const channel = new MessageChannel();
        channel.port1.onmessage = event => parent.postMessage(event.data, '*');
        active.postMessage('hello', [channel.port2]);
      })().catch(error => parent.postMessage('failed: ' + error, '*'));
    </script>`,
  });
  provider.routes.set('/data', { headers: { 'access-control-allow-origin': '*' }, body: 'data' });
  const page = t.site('page');
  page.routes.set('/', { headers: HTML, body: '<!doctype html><title>page</title>' });
  return { provider, page };
}

function openFrame(url: string): Promise<string> {
  return new Promise<string>(resolve => {
    addEventListener('message', event => resolve(String(event.data)));
    const frame = document.createElement('iframe');
    frame.src = url;
    document.body.append(frame);
  });
}

test('0.1 a third-party frame registers a service worker and a message travels', async t => {
  const { provider, page: site } = twoSites(t);
  const page = await t.page();
  await page.goto(`${site.origin}/`);
  t.equal(await page.evaluate(openFrame, `${provider.origin}/frame`), 'worker heard hello');
  t.ok(
    provider.log.some(request => request.path === '/worker.js'),
    'the worker script was fetched',
  );
});

test('0.2 storage is partitioned: the provider in its own tab has no registration', async t => {
  const { provider, page: site } = twoSites(t);
  provider.routes.set('/', { headers: HTML, body: '<!doctype html>' });
  const page = await t.page();
  await page.goto(`${site.origin}/`);
  await page.evaluate(openFrame, `${provider.origin}/frame`);
  const own = await t.page();
  await own.goto(`${provider.origin}/`);
  t.equal(await own.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
});

test('0.3 offline: requests fail, and work again afterwards', async t => {
  const { provider, page: site } = twoSites(t);
  const page = await t.page();
  await page.goto(`${site.origin}/`);
  const get = (url: string) =>
    fetch(url).then(
      response => response.text(),
      error => (error as Error).name,
    );
  const url = `${provider.origin}/data`;
  t.equal(await page.evaluate(get, url), 'data');
  provider.offline = true;
  t.equal(await page.evaluate(get, url), 'TypeError');
  t.ok(provider.refused.includes('GET /data'), 'the refused request was noted');
  provider.offline = false;
  t.equal(await page.evaluate(get, url), 'data');
  t.equal(provider.log.filter(request => request.path === '/data').length, 2);
});

test('0.4 offline: a request in flight fails at once', async t => {
  const { provider, page: site } = twoSites(t);
  provider.routes.set('/hang', () => HANG);
  const page = await t.page();
  await page.goto(`${site.origin}/`);
  const failed = page.evaluate(
    (url: string) =>
      fetch(url).then(
        () => 'answered',
        error => (error as Error).name,
      ),
    `${provider.origin}/hang`,
  );
  await t.until(() => provider.log.length > 0, { message: 'the request came' });
  provider.offline = true;
  t.equal(await failed, 'TypeError');
});

test('0.5 evaluate: values, undefined, promises, errors', async t => {
  const { page: site } = twoSites(t);
  const page = await t.page();
  await page.goto(`${site.origin}/`);
  t.equal(
    await page.evaluate((a: number, b: { c: string[] }) => Promise.resolve({ a, c: b.c }), 1, { c: ['é"\u2028'] }),
    { a: 1, c: ['é"\u2028'] },
  );
  t.equal(await page.evaluate(() => undefined), undefined);
  const failure = await page
    .evaluate(() => {
      throw new TypeError('no such thing');
    })
    .then(
      () => new Error('it did not reject'),
      (error: unknown) => error as Error,
    );
  t.equal(failure.message, 'no such thing');
  t.equal(failure.name, 'TypeError');
  t.match(failure.stack ?? '', /in the page/);
  page.timeout = 300;
  const late = await page.evaluate(() => new Promise(() => {})).catch((error: unknown) => String(error));
  t.match(String(late), /did not finish within 300 ms/);
});

test('0.6 goto: hanging subresources, failures, reload', async t => {
  const { page: site } = twoSites(t);
  site.routes.set('/hanging', { headers: HTML, body: '<!doctype html><title>up</title><img src="/image"><p>text' });
  site.routes.set('/image', HANG);
  site.routes.set('/cut', CUT);
  const page = await t.page();
  await page.goto(`${site.origin}/hanging`, { waitFor: 'domcontentloaded' });
  t.equal(await page.evaluate(() => document.readyState), 'interactive');
  await page.goto(`${site.origin}/`, { waitFor: 'none' });
  await t.until(() => page.evaluate(() => document.readyState === 'complete'));
  await page.goto(`${site.origin}/hanging`, { waitFor: 'none' });
  await t.until(() => page.evaluate(() => document.title === 'up'));
  const failed = await page.goto(`${site.origin}/cut`).then(
    () => 'loaded',
    () => 'failed',
  );
  t.equal(failed, 'failed');
  await page.goto(`${site.origin}/`);
  t.equal(await page.url(), `${site.origin}/`);
  await page.evaluate(() => {
    Object.assign(globalThis, { before: true });
  });
  await page.reload();
  t.equal(await page.evaluate(() => 'before' in globalThis), false);
  t.equal(await page.evaluate(() => document.visibilityState), 'visible');
});

test('0.7 two pages wait for each other', async t => {
  const { page: site } = twoSites(t);
  const [one, two] = [await t.page(), await t.page()];
  await one.goto(`${site.origin}/`);
  await two.goto(`${site.origin}/`);
  const heard = one.evaluate(
    () =>
      new Promise(resolve => {
        new BroadcastChannel('harness').onmessage = event => resolve(event.data);
      }),
  );
  const say = () => two.evaluate(() => new BroadcastChannel('harness').postMessage('hello'));
  const result = await t.until(async () => {
    await say();
    return Promise.race([heard, new Promise<false>(resolve => setTimeout(resolve, 100, false))]);
  });
  t.equal(result, 'hello');
  t.equal(await one.evaluate(() => document.visibilityState), 'visible');
});

test(
  '0.8 stopWorkers stops the worker of a partitioned third party too',
  async t => {
    const { provider, page: site } = twoSites(t);
    provider.routes.set('/worker.js', {
      headers: SCRIPT,
      body: `const born = Math.random();
        addEventListener('install', () => skipWaiting());
        addEventListener('message', event => event.ports[0].postMessage(born));`,
    });
    const page = await t.page();
    await page.goto(`${site.origin}/`);
    const first = await page.evaluate(openFrame, `${provider.origin}/frame`);
    t.equal(await page.evaluate(openFrame, `${provider.origin}/frame`), first, 'the same worker answers again');
    await t.browser.stopWorkers?.();
    const later = await page.evaluate(openFrame, `${provider.origin}/frame`);
    t.ok(later !== first, 'another instance answers');
  },
  { engines: ['chromium'], why: 'only CDP can stop workers' },
);

test(
  '0.9 without partitioning a third-party frame may not register a worker',
  async t => {
    const { provider, page: site } = twoSites(t);
    const page = await t.page(await t.launch({ thirdPartyStorage: 'unpartitioned-denied' }));
    await page.goto(`${site.origin}/`);
    t.match(await page.evaluate(openFrame, `${provider.origin}/frame`), /^failed: .*denied/);
  },
  { engines: ['chromium'], why: 'only Chromium can switch partitioning off' },
);

test(
  '0.10 a profile keeps its storage over a restart',
  async t => {
    const { page: site } = twoSites(t);
    const profile = t.directory();
    const first = await t.launch({ profile });
    const before = await t.page(first);
    await before.goto(`${site.origin}/`);
    await before.evaluate(async () => {
      const cache = await caches.open('kept');
      await cache.put('/kept', new Response('kept'));
    });
    await first.close();
    const after = await t.page(await t.launch({ profile }));
    await after.goto(`${site.origin}/`);
    t.equal(await after.evaluate(async () => (await caches.match('/kept'))?.text()), 'kept');
  },
  { engines: ['chromium', 'firefox'], why: "WebKit's automation profile is ephemeral" },
);

test(
  '0.11 third-party cookies allowed: storage access gives a handle',
  async t => {
    const { provider, page: site } = twoSites(t);
    provider.routes.set('/frame', {
      headers: HTML,
      body: `<script>document.requestStorageAccess({ caches: true }).then(
        handle => parent.postMessage(typeof handle.caches.open, '*'),
        error => parent.postMessage('failed: ' + error, '*'))</script>`,
    });
    const page = await t.page(await t.launch({ thirdPartyCookies: true }));
    await page.goto(`${site.origin}/`);
    t.equal(await page.evaluate(openFrame, `${provider.origin}/frame`), 'function');
  },
  { engines: ['chromium'], why: 'only Chromium has storage access beyond cookies' },
);
