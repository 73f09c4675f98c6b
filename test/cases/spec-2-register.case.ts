// Section 2: registerForeignFetch(). The install listener tries, the page is told.
import { json, outcomes } from '../fixtures/page-loads.js';
import { givenProvider, type Provider, type ProviderOptions } from '../fixtures/provider.js';
import { givenSite, seen } from '../fixtures/site.js';
import { type InstallEvent, type Tools, workerOf } from '../fixtures/worker-of.js';
import type { Page } from '../harness/engine.js';
import { type TestContext, test } from '../harness/registry.js';

/** Whatever `try` of the install listener found out; the last call registers `/told`, so that it can be told. */
async function told(
  t: TestContext,
  install: (event: InstallEvent, tools: Tools) => Record<string, unknown>,
  options: ProviderOptions & { first?: string; path?: string } = {},
): Promise<Record<string, unknown>> {
  const { path = '/told', first = '' } = options;
  const worker = workerOf(
    { [path.slice(1)]: (event, tools) => tools.json(event, tools.installed) },
    { install, first, register: `{ scopes: ['${path}'], origins: ['*'] }` },
  );
  const provider = givenProvider(t, worker, options);
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  return json(page, provider.url(path));
}

test('2.0 the argument is converted first: what is no dictionary, or no sequence, is a TypeError', async t => {
  const outcome = await told(t, (event, tools) => {
    const call = (...args: unknown[]) => tools.outcome(() => event.registerForeignFetch(...args));
    const scopes = ['/'];
    const origins = ['*'];
    return {
      noObject: [call(), call(undefined), call(null), call('text'), call(7), call(true)],
      missing: [call({}), call({ scopes }), call({ origins }), call({ scopes: undefined, origins })],
      noSequence: [
        call({ scopes: '/', origins }),
        call({ scopes, origins: '*' }),
        call({ scopes: 7, origins }),
        call({ scopes: {}, origins }),
        call({ scopes, origins: null }),
        call({ scopes: [Symbol('s')], origins }),
      ],
      iterables: [
        call({ scopes: new Set(scopes), origins }),
        call({
          scopes,
          origins: (function* () {
            yield '*';
          })(),
        }),
        call(Object.assign(() => {}, { scopes, origins })),
      ],
    };
  });
  t.equal(outcome, {
    noObject: Array(6).fill('TypeError'),
    missing: Array(4).fill('TypeError'),
    noSequence: Array(6).fill('TypeError'),
    iterables: ['ok', 'ok', 'ok'],
  });
});

test('2.0 the members are converted in order, and their elements to strings', async t => {
  const outcome = await told(t, (event, tools) => {
    const order: string[] = [];
    const text = (value: string) => ({
      toString: () => {
        order.push(value);
        return value;
      },
    });
    const options = {
      get scopes() {
        order.push('scopes');
        return [text('/a'), {}];
      },
      get origins() {
        order.push('origins');
        return [text('https://a.example')];
      },
    };
    // `{}` becomes "[object Object]", which as a relative URL is a fine scope.
    return { ok: tools.outcome(() => event.registerForeignFetch(options)), order };
  });
  t.equal(outcome, { ok: 'ok', order: ['origins', 'https://a.example', 'scopes', '/a'] });
});

test('2.1 outside the dispatch of install it is an InvalidStateError, after the conversion', async t => {
  const provider = givenProvider(
    t,
    workerOf(
      {
        told: async (event, tools) =>
          event.respondWith(
            (self as unknown as { late: Promise<unknown> }).late.then(late => ({
              response: new Response(JSON.stringify([late, tools.installed])),
              origin: event.origin,
            })),
          ),
      },
      {
        first: `
          const good = { scopes: ['/told'], origins: ['*'] };
          const nameOf = fn => { try { fn(); return 'ok'; } catch (error) { return (error instanceof DOMException) + ' ' + error.name; } };
          let tellLate;
          self.late = new Promise(resolve => tellLate = resolve);
          self.addEventListener('install', event => {
            event.waitUntil(Promise.resolve().then(() => new Promise(resolve => setTimeout(resolve))).then(() => {
              self.afterAwait = [nameOf(() => event.registerForeignFetch(good)), nameOf(() => event.registerForeignFetch({}))];
            }));
          });
          self.addEventListener('activate', event => {
            const register = self.installEvent.registerForeignFetch;
            tellLate({ afterAwait: self.afterAwait, inActivate: nameOf(() => register.call(event, good)), afterInstall: nameOf(() => self.installEvent.registerForeignFetch(good)) });
          });`,
        install: (event, tools) => {
          Object.assign(self, { installEvent: event });
          const Made = event.constructor as new (type: string) => InstallEvent;
          const made = new Made('install');
          const dispatched: string[] = [];
          addEventListener(
            'install',
            other => {
              if (other !== made) return;
              dispatched.push(tools.outcome(() => made.registerForeignFetch({ scopes: ['/other'], origins: ['*'] })));
              other.stopImmediatePropagation();
            },
            { once: true, capture: true },
          );
          const undispatched = tools.outcome(() => made.registerForeignFetch({ scopes: ['/other'], origins: ['*'] }));
          return { undispatched };
        },
      },
    ),
  );
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  t.equal(await json(page, provider.url('/told')), [
    {
      afterAwait: ['true InvalidStateError', 'false TypeError'],
      inActivate: 'true InvalidStateError',
      afterInstall: 'true InvalidStateError',
    },
    { undispatched: 'InvalidStateError' },
  ]);
});

test('2.2 origins: empty, no URL, no origin, or "*" beside another is a TypeError', async t => {
  const outcome = await told(t, (event, tools) => {
    const call = (...origins: unknown[]) => tools.outcome(() => event.registerForeignFetch({ scopes: ['/'], origins }));
    return {
      bad: [
        call(),
        call('/foo'),
        call(''),
        call('blog.example.com'),
        call('null'),
        call('data:text/plain,x'),
        call('*', 'https://a.example'),
        call('https://a.example', '*'),
        call('*', '*'),
        call('https://*.a.example', '/x'),
      ],
      good: [call('*'), call('https://a.example'), call('http://a.example:8080/path/', 'https://b.example/')],
    };
  });
  t.equal(outcome, { bad: Array(10).fill('TypeError'), good: ['ok', 'ok', 'ok'] });
});

test('2.4 scopes: empty, unparseable, or outside the scope of the registration is a TypeError', async t => {
  const outcome = await told(
    t,
    (event, tools) => {
      const call = (...scopes: unknown[]) =>
        tools.outcome(() => event.registerForeignFetch({ scopes, origins: ['*'] }));
      return {
        bad: [
          call(),
          call('http://['),
          call('https://other.example/lib/app/'),
          call('/'),
          call('/lib/'),
          call('/lib/ap'),
          // Relative to the script, which is /lib/worker.js, and not to the scope.
          call('x'),
          call('./'),
          call('../app/'),
          call('/lib/app/told', '/elsewhere'),
        ],
        // A plain prefix of strings: the scope /lib/app has no slash at its end.
        good: [
          call('/lib/app'),
          call('/lib/application'),
          call('app/x'),
          call('./app?q#f'),
          call(`${location.origin}/lib/app/`),
        ],
      };
    },
    { script: '/lib/worker.js', scope: '/lib/app', path: '/lib/app/told' },
  );
  t.equal(outcome, { bad: Array(10).fill('TypeError'), good: ['ok', 'ok', 'ok', 'ok', 'ok'] });
});

test('2.5 scopes are prefixes of the whole serialized URL; what none of them fits goes to the network', async t => {
  const provider = givenProvider(
    t,
    `addEventListener('install', event => event.registerForeignFetch({ scopes: ['api/v1', '/lib/search?q='], origins: ['*'] }));
     addEventListener('foreignfetch', event => event.respondWith(Promise.resolve({ response: new Response('foreign'), origin: event.origin })));`,
    { script: '/lib/worker.js' },
  );
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  const paths = [
    '/lib/api/v1',
    '/lib/api/v10/x?y',
    '/lib/search?q=a',
    '/lib/api/v2',
    '/lib/search',
    '/api/v1',
    '/lib/x/../api/v1',
  ];
  t.equal(await outcomes(page, Object.fromEntries(paths.map(path => [path, provider.url(path)]))), {
    '/lib/api/v1': 'foreign',
    '/lib/api/v10/x?y': 'foreign',
    '/lib/search?q=a': 'foreign',
    '/lib/api/v2': 'network',
    '/lib/search': 'network',
    '/api/v1': 'network',
    '/lib/x/../api/v1': 'foreign',
  });
});

test('2.6 a call that throws changes nothing; a second one that passes replaces the first', async t => {
  const provider = givenProvider(
    t,
    `addEventListener('install', event => {
       if (!event.isTrusted) return;
       const attempt = (target, options) => {
         try {
           target.registerForeignFetch(options);
         } catch {
           return;
         }
         throw new Error('it did not throw');
       };
       event.registerForeignFetch({ scopes: ['/first'], origins: ['*'] });
       event.registerForeignFetch({ scopes: ['/second', '/also'], origins: ['*'] });
       attempt(event, { scopes: ['/third'], origins: [] });
       attempt(event, { scopes: ['/third', 'https://other.example/'], origins: ['*'] });
       const made = new event.constructor('install');
       addEventListener('install', () => attempt(made, { scopes: ['/third'], origins: ['*'] }), { once: true });
       dispatchEvent(made);
     });
     addEventListener('foreignfetch', event => event.respondWith(Promise.resolve({ response: new Response('foreign'), origin: event.origin })));`,
  );
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  const paths = ['/first', '/second', '/also', '/third'];
  t.equal(await outcomes(page, Object.fromEntries(paths.map(path => [path, provider.url(path)]))), {
    '/first': 'network',
    '/second': 'foreign',
    '/also': 'foreign',
    '/third': 'network',
  });
});

/** A page of the provider in the same partition: it updates the registration, or lets a waiting version go. */
async function tellProvider(page: Page, provider: Provider, word: 'update' | 'go'): Promise<void> {
  provider.host.routes.set('/frame', {
    headers: { 'content-type': 'text/html' },
    body: `<script>onmessage = async event => {
      const registration = await navigator.serviceWorker.getRegistration();
      if (event.data === 'update') await registration.update();
      else (registration.waiting ?? registration.installing)?.postMessage('go');
      parent.postMessage('done', '*');
    }</script>`,
  });
  await page.evaluate(
    (src, message) =>
      new Promise<void>(resolve => {
        const frame = document.createElement('iframe');
        addEventListener('message', event => {
          if (event.data === 'done') resolve(frame.remove());
        });
        frame.src = src;
        frame.onload = () => frame.contentWindow?.postMessage(message, '*');
        document.body.append(frame);
      }),
    provider.url('/frame'),
    word,
  );
}

/** Answers with its name, for `scopes`; without them it does not register. */
const version = (name: string, scopes: string, more = '') => `
  addEventListener('install', event => { ${scopes && `event.registerForeignFetch({ scopes: ${scopes}, origins: ['*'] });`} ${more} });
  addEventListener('foreignfetch', event => event.respondWith(Promise.resolve({ response: new Response('${name}'), origin: event.origin })));`;

test('2.7 a new version must register for itself: one that does not, handles nothing', async t => {
  const provider = givenProvider(t, version('one', `['/']`));
  const site = givenSite(t, { providers: [provider.origin] });
  const page = await site.open();
  t.equal(await outcomes(page, { x: provider.url('/x') }), { x: 'one' });
  provider.deploy(version('two', '', 'skipWaiting();'));
  await tellProvider(page, provider, 'update');
  await t.until(async () => (await outcomes(page, { x: provider.url('/x') })).x === 'network', {
    timeout: 10_000,
    message: 'the version without a registration to be active',
  });
});

test('2.7 the lists of a new version hold once it is active, and not while it waits', async t => {
  const provider = givenProvider(
    t,
    version('one', `['/one']`, 'skipWaiting();') +
      `addEventListener('activate', event => event.waitUntil(clients.claim()));`,
  );
  const site = givenSite(t, { providers: [provider.origin] });
  const page = await site.open();
  const urls = { one: provider.url('/one'), two: provider.url('/two') };
  t.equal(await outcomes(page, urls), { one: 'one', two: 'network' });
  provider.deploy(
    version('two', `['/two']`, `event.waitUntil(fetch('/installed'));`) +
      `addEventListener('message', event => { if (event.data === 'go') skipWaiting(); });`,
  );
  await tellProvider(page, provider, 'update');
  await t.until(() => provider.find('/installed'), { message: 'the new version to install' });
  await new Promise(resolve => setTimeout(resolve, 200));
  t.equal(await outcomes(page, urls), { one: 'one', two: 'network' }, 'while it waits');
  await tellProvider(page, provider, 'go');
  await t.until(
    async () => {
      const { one, two } = await outcomes(page, urls);
      return one === 'network' && two === 'two';
    },
    { timeout: 10_000, message: 'the lists of the new version to hold' },
  );
});

test(
  '2.8 the lists outlive the worker: stopped and started again, it handles the same',
  async t => {
    const provider = givenProvider(t, version('foreign', `['/in']`));
    const page = await givenSite(t, { providers: [provider.origin] }).open();
    await t.browser.stopWorkers?.();
    const urls = { in: provider.url('/in'), out: provider.url('/out') };
    await t.until(async () => (await outcomes(page, urls)).in === 'foreign', { message: 'the worker to answer again' });
    t.equal((await outcomes(page, urls)).out, 'network');
  },
  { engines: ['chromium'], why: 'only there can the harness stop a service worker at once' },
);

test("2.9 origins are compared as origins: a path or slash at an entry's end is harmless, other origins are not served", async t => {
  const names = ['served', 'other'];
  const [served, other] = names.map(name => t.server.origin(`${name}-${t.id}.localhost`));
  const provider = givenProvider(
    t,
    version('foreign', `['/']`).replace(`['*']`, `['${served}/some/path/', 'https://else.example']`),
  );
  const answers: Record<string, unknown> = {};
  for (const name of names) {
    const site = givenSite(t, { name, providers: [provider.origin] });
    const page = await site.open();
    const answer = await seen(page, provider.url('/x'));
    answers[name] = typeof answer === 'string' ? answer : answer.text;
  }
  t.ok(other, 'an origin');
  t.equal(answers, { served: 'foreign', other: 'network' });
});
