// Section 9: where the sources disagree, and what was decided. Rows 3 and 11 are pinned with sections 2.4 and 5.8; row 5 has tests of its own.
import { FOREIGN_GIF, gif, image, json, outcomes, script, style, text } from '../fixtures/page-loads.js';
import { givenProvider, type Provider, type ProviderOptions } from '../fixtures/provider.js';
import { givenSite, ready, type SiteOptions, seen } from '../fixtures/site.js';
import { type Handler, type WorkerOptions, workerOf } from '../fixtures/worker-of.js';
import type { Page } from '../harness/engine.js';
import { type TestContext, test } from '../harness/registry.js';

async function given(
  t: TestContext,
  handlers: Record<string, Handler>,
  options: WorkerOptions & ProviderOptions & { page?: Partial<SiteOptions> } = {},
) {
  const provider = givenProvider(t, workerOf(handlers, options), options);
  const site = givenSite(t, { ...options.page, providers: [provider.origin] });
  return { provider, site, page: await site.open() };
}

declare const makeImage: () => Response;
const IMAGE = { first: `const makeImage = () => ${FOREIGN_GIF};` };
const readableImage: Handler = (event, tools) => tools.give(event, { response: makeImage(), origin: event.origin });
const CSS: Handler = (event, tools) =>
  tools.give(event, {
    response: new Response('body { --word: foreign }', { headers: { 'content-type': 'text/css' } }),
    origin: event.origin,
  });

test('9.1 readable no-cors answers: what a page may look into', async t => {
  const { provider, page } = await given(t, { image: readableImage, style: CSS }, IMAGE);
  const looked = await page.evaluate(
    async (source, sheet) => {
      const look = async (crossOrigin?: string) => {
        const picture = new Image();
        if (crossOrigin) picture.crossOrigin = crossOrigin;
        picture.src = source;
        await picture.decode();
        const canvas = document.createElement('canvas');
        const context = canvas.getContext('2d');
        context?.drawImage(picture, 0, 0);
        try {
          context?.getImageData(0, 0, 1, 1);
          return 'clean';
        } catch (error) {
          return (error as Error).name;
        }
      };
      const link = document.createElement('link');
      link.rel = 'stylesheet';
      link.href = sheet;
      await new Promise(resolve => {
        link.onload = link.onerror = resolve;
        document.head.append(link);
      });
      let rules: unknown;
      try {
        rules = link.sheet?.cssRules.length;
      } catch (error) {
        rules = (error as Error).name;
      }
      return { plain: await look(), cors: await look('anonymous'), rules };
    },
    provider.url('/image'),
    provider.url('/style'),
  );
  // Firefox 153 (2026-11) goes by the request's mode: without `crossorigin`, the canvas and the rules stay closed.
  const closed = t.engine === 'firefox' ? 'SecurityError' : undefined;
  t.equal(looked, { plain: closed ?? 'clean', cors: 'clean', rules: closed ?? 1 });
});

test('9.1 readable no-cors answers load on a page under COEP', async t => {
  const { provider, page } = await given(
    t,
    { image: readableImage, style: CSS },
    { ...IMAGE, page: { headers: { 'cross-origin-embedder-policy': 'require-corp' } } },
  );
  t.equal(await image(page, provider.url('/image')), 3);
  t.equal(await style(page, provider.url('/style')), 'foreign');
  t.equal(await outcomes(page, { style: provider.url('/style') }, { mode: 'no-cors' }), {
    style: 'body { --word: foreign }',
  });
  t.equal(provider.requests(), []);
});

test('9.2 event.origin is the real one, whatever the referrer policy', async t => {
  const { provider, site, page } = await given(
    t,
    { told: (event, tools) => tools.json(event, [event.origin, event.request.referrer]) },
    { page: { headers: { 'referrer-policy': 'no-referrer' } } },
  );
  t.equal(await json(page, provider.url('/told')), [site.origin, '']);
  t.equal(await json(page, provider.url('/told'), { mode: 'no-cors' }), [site.origin, '']);
});

test('9.6 of a redirect of a server only the first URL is matched', async t => {
  const cors = { 'access-control-allow-origin': '*' };
  const { provider, page } = await given(
    t,
    {},
    {
      register: `{ scopes: ['/in/'], origins: ['*'] }`,
      first: `addEventListener('foreignfetch', event => event.respondWith(Promise.resolve({ response: new Response('foreign'), origin: event.origin })));`,
      server: ({ path }) =>
        path === '/out' ? { status: 302, headers: { ...cors, location: '/in/x' } } : { headers: cors, body: 'network' },
    },
  );
  t.equal(text(await seen(page, provider.url('/in/x'))), 'foreign');
  t.equal(text(await seen(page, provider.url('/out'))), 'network');
  t.equal(provider.requests(), ['GET /out', 'GET /in/x']);
});

test('9.7 the fragment is in event.request.url, and not on the wire', async t => {
  const { provider, page } = await given(t, {
    told: (event, tools) =>
      tools.json(event, [event.request.url, new Request(event.request).url, event.request.clone().url]),
    passed: event => event.respondWith(fetch(event.request).then(response => ({ response, origin: event.origin }))),
  });
  t.equal(await json(page, provider.url('/told?q#a/b')), Array(3).fill(provider.url('/told?q#a/b')));
  t.equal(text(await seen(page, provider.url('/passed#x'))), 'network');
  t.equal(provider.requests(), ['GET /passed']);
});

test('9.8 Range, and media without crossorigin, are not offered', async t => {
  const { provider, page } = await given(
    t,
    { range: (event, tools) => tools.json(event, 'foreign'), media: (event, tools) => tools.json(event, 'foreign') },
    {
      register: `{ scopes: ['/'], origins: ['*'], headers: ['range'] }`,
      server: ({ method }) => ({
        headers: { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'range' },
        body: method === 'OPTIONS' ? '' : 'network',
      }),
    },
  );
  t.equal(text(await seen(page, provider.url('/range'), { headers: { range: 'bytes=0-3' } })), 'network');
  await page.evaluate(
    src =>
      new Promise(resolve => {
        const audio = new Audio();
        audio.onerror = audio.onloadeddata = resolve;
        audio.src = src;
        audio.load();
        setTimeout(resolve, 3000);
      }),
    provider.url('/media'),
  );
  t.ok(provider.requests().includes('GET /range'), 'the range request reached the server');
  t.ok(provider.requests().includes('GET /media'), 'the media element asked the server');
});

test('9.9 an opaque answer: what falls through to the network, and what is never sent again', async t => {
  const opaque: Handler = (event, tools) => {
    const scope = self as unknown as { handled: string[] };
    scope.handled = [...(scope.handled ?? []), `${event.request.method} ${new URL(event.request.url).pathname}`];
    tools.give(event, { response: new Response('secret') });
  };
  const names = ['image', 'script', 'style', 'cors', 'get', 'post', 'beacon'];
  const { provider, page } = await given(
    t,
    {
      ...Object.fromEntries(names.map(name => [name, opaque])),
      handled: (event, tools) => tools.json(event, (self as unknown as { handled: string[] }).handled),
    },
    {
      server: ({ path }) => {
        if (path === '/script')
          return { headers: { 'content-type': 'text/javascript' }, body: 'globalThis.word = "network"' };
        if (path === '/style') return { headers: { 'content-type': 'text/css' }, body: 'body { --word: network }' };
        return { headers: { 'content-type': 'image/gif', 'access-control-allow-origin': '*' }, body: gif(5) };
      },
    },
  );
  t.equal(await image(page, provider.url('/image')), 5);
  t.equal(await script(page, provider.url('/script')), 'network');
  t.equal(await style(page, provider.url('/style')), 'network');
  t.equal(await image(page, provider.url('/cors'), 'anonymous'), 'error');
  t.equal(await outcomes(page, { get: provider.url('/get') }, { mode: 'no-cors' }), { get: 'opaque' });
  t.equal(await outcomes(page, { post: provider.url('/post') }, { mode: 'no-cors', method: 'POST', body: 'x' }), {
    post: 'opaque',
  });
  t.equal(await page.evaluate(url => navigator.sendBeacon(url, 'x'), provider.url('/beacon')), true);
  const handled = await t.until(
    async () => {
      const list = await json<string[]>(page, provider.url('/handled'));
      return list.includes('POST /beacon') && list;
    },
    { message: 'the beacon to be handled' },
  );
  t.equal(handled, ['GET /image', 'GET /script', 'GET /style', 'GET /cors', 'GET /get', 'POST /post', 'POST /beacon']);
  await new Promise(resolve => setTimeout(resolve, 100));
  t.equal(provider.requests(), ['GET /image', 'GET /script', 'GET /style']);
});

test("9.9 the article's second sample, which names no origin: opaque, so a page reads nothing and the network serves elements", async t => {
  const provider = givenProvider(
    t,
    `
self.addEventListener('install', event => {
  event.registerForeignFetch({ scopes: [self.registration.scope], origins: ['*'] });
});
self.addEventListener('foreignfetch', event => {
  // The new Request will have credentials omitted by default.
  const noCredentialsRequest = new Request(event.request.url);
  event.respondWith(
    // Replace with your own request logic as appropriate.
    fetch(noCredentialsRequest)
      .catch(() => caches.match(noCredentialsRequest))
      .then(response => ({response}))
  );
});`,
    { server: () => ({ headers: { 'content-type': 'image/gif', 'access-control-allow-origin': '*' }, body: gif(5) }) },
  );
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  t.equal(text(await seen(page, provider.url('/data'))), 'TypeError');
  t.equal(await image(page, provider.url('/image')), 5);
  // The handler's request, and the element's own.
  t.equal(provider.requests(), ['GET /data', 'GET /image', 'GET /image']);
});

test('9.10 clientId: an own property of the prototype, one for each client, and known to nobody', async t => {
  const { provider, site, page } = await given(t, {
    told: event => {
      const { prototype } = (self as unknown as { ForeignFetchEvent: { prototype: object } }).ForeignFetchEvent;
      const { clients } = self as unknown as { clients: { get(id: string): Promise<unknown> } };
      const { clientId } = event;
      event.respondWith(
        clients.get(clientId).then(client => ({
          response: new Response(
            JSON.stringify({ clientId, own: Object.hasOwn(prototype, 'clientId'), client: String(client) }),
          ),
          origin: event.origin,
        })),
      );
    },
  });
  interface Told {
    clientId: string;
    own: boolean;
    client: string;
  }
  const first = await json<Told>(page, provider.url('/told'));
  const again = await json<Told>(page, provider.url('/told'), { mode: 'no-cors' });
  const other = await json<Told>(await site.open(), provider.url('/told'));
  t.equal([first.own, first.client], [true, 'undefined']);
  t.ok(first.clientId, 'an id');
  t.equal(again.clientId, first.clientId, 'the same client');
  t.equal(other.clientId === first.clientId, false, 'another client');
});

test('9.12 an entry without a scheme, as in the article, is a TypeError that says what to write', async t => {
  const { provider, page } = await given(
    t,
    { told: (event, tools) => tools.json(event, tools.installed) },
    {
      install: event => {
        const message = (options: unknown) => {
          try {
            event.registerForeignFetch(options);
            return 'ok';
          } catch (error) {
            return (error as Error).message;
          }
        };
        return {
          origin: message({ scopes: ['/'], origins: ['blog.example.com'] }),
          scope: message({ scopes: ['https://else.example/'], origins: ['*'] }),
          empty: message({ scopes: [], origins: ['*'] }),
        };
      },
    },
  );
  const { origin, scope, empty } = await json<Record<string, string>>(page, provider.url('/told'));
  t.match(origin ?? '', /"blog\.example\.com".*scheme.*"https:\/\/blog\.example\.com"/);
  t.match(scope ?? '', /https:\/\/else\.example\/ is outside.*http:\/\/.*\//);
  t.match(empty ?? '', /self\.registration\.scope/);
});

test('9.13 Origin-Trial headers and tokens are ignored, the random worker of the article runs at its place', async t => {
  const provider = givenProvider(
    t,
    `
self.addEventListener('install', (e) => {
  console.log('install');
  e.registerForeignFetch({
    scopes: ['/random/number'], // or self.registration.scope to handle everything
    origins: ['*'] // or ['https://client1.com'] to limit the remote origins
  });
});

self.addEventListener('activate', (e) => {
  console.log('activate');
});

self.addEventListener('foreignfetch', (e) => {
  console.log('foreignfetch');
  e.respondWith(
    fetch(e.request)
      .then((response) => {
        console.log('online response');
        return {
          response,
          origin: e.origin // Make this a CORS response
        };
      })
      .catch(() => {
        console.log('offline response');
        return {
          response: new Response(Math.floor(Math.random()*100)),
          origin: e.origin // Make this a CORS response
        };
      })
  );
});`,
    {
      name: 'random',
      script: '/random/worker.js',
      server: () => ({
        headers: {
          link: '</random/worker.js>; rel="serviceworker"',
          'origin-trial': 'Ai32KiE0NsOIRPR/NxvUwEpcM4hYyo6RPRvkG8liNEIX',
        },
        body: '4711',
      }),
    },
  );
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  // The server allows no CORS: it is the worker that lets the page read.
  t.equal(text(await seen(page, provider.url('/random/number'))), '4711');
  t.equal(text(await seen(page, provider.url('/random/other'))), 'TypeError');
  provider.host.offline = true;
  t.match(text(await seen(page, provider.url('/random/number'))), /^\d{1,2}$/);
  t.equal(text(await seen(page, provider.url('/random/other'))), 'TypeError');
});

test('9.14 only headers that the page asked for keep a request from being offered', async t => {
  const answer: Handler = (event, tools) =>
    tools.give(event, { response: new Response('foreign'), origin: event.origin });
  const { provider, page } = await given(
    t,
    {
      x: answer,
      events: (event, tools) =>
        tools.give(event, {
          response: new Response('data: foreign\n\n', { headers: { 'content-type': 'text/event-stream' } }),
          origin: event.origin,
        }),
    },
    {
      server: () => ({
        headers: {
          'access-control-allow-origin': '*',
          'access-control-allow-headers': '*',
          'access-control-allow-methods': '*',
        },
        body: 'network',
      }),
    },
  );
  const url = provider.url('/x');
  const word = async (init: RequestInit) => text(await seen(page, url, init));
  t.equal(await word({}), 'foreign');
  t.equal(await word({ headers: { accept: 'x/y', 'accept-language': 'eo', 'content-language': 'eo' } }), 'foreign');
  t.equal(await word({ method: 'POST', body: 'x', headers: { 'content-type': 'text/plain;charset=x' } }), 'foreign');
  t.equal(await word({ method: 'HEAD' }), '');
  t.equal(provider.requests(), []);
  t.equal(await word({ headers: { 'x-own': '1' } }), 'network');
  t.equal(await word({ headers: { authorization: 'Basic eA==' } }), 'network');
  t.equal(await word({ method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }), 'network');
  t.equal(await word({ headers: { 'content-language': 'a'.repeat(200) } }), 'network');
  t.equal(await word({ headers: { 'cache-control': 'no-cache' } }), 'network');
  t.equal(await word({ method: 'PUT' }), 'network');
  t.equal(await word({ method: 'PATCH' }), 'network');
  const event = await page.evaluate(
    source =>
      new Promise<string>(resolve => {
        const events = new EventSource(source);
        events.onmessage = message => {
          events.close();
          resolve(String(message.data));
        };
        events.onerror = () => resolve('error');
      }),
    provider.url('/events'),
  );
  t.equal(event, 'foreign');
  t.equal(provider.find('/events'), undefined);
});

/** Gives the browser every kind of cookie of this provider, as a visit to its own site does. */
async function logIn(page: Page, provider: Provider): Promise<void> {
  provider.host.routes.set('/login', {
    headers: {
      'content-type': 'text/html',
      'set-cookie': ['plain=1', 'lax=1; SameSite=Lax', 'strict=1; SameSite=Strict', 'none=1; SameSite=None; Secure'],
    },
    body: '<!doctype html>',
  });
  await page.goto(provider.url('/login'));
}

/** The names of the cookies that the server got with each request for this path. */
function cookiesOf(provider: Provider, path: string): string[] {
  return provider.host.log
    .filter(request => request.path === path)
    .map(({ headers }) => (headers.cookie ?? '').replaceAll('=1', '').split('; ').sort().join(' '));
}

const PASSING: Record<string, Handler> = Object.fromEntries(
  ['default', 'omit', 'same-origin', 'include', 'opaque', 'beacon', 'image', 'xhr', 'copy'].map(name => [
    name,
    event => {
      const copied = event.request.url.endsWith('/copy')
        ? new Request(event.request.clone(), { headers: { 'content-language': 'eo' } })
        : event.request;
      event.respondWith(fetch(copied).then(response => ({ response, origin: event.origin })));
    },
  ]),
);

/** Every way in which a page can ask with its credentials, or without. */
async function askInAllWays(page: Page, provider: Provider): Promise<void> {
  for (const credentials of ['omit', 'same-origin', 'include'] as const) {
    t200(await seen(page, provider.url(`/${credentials}`), { credentials }));
  }
  t200(await seen(page, provider.url('/default')));
  t200(await seen(page, provider.url('/copy'), { credentials: 'include' }));
  t200(await seen(page, provider.url('/opaque'), { credentials: 'include', mode: 'no-cors' }));
  await image(page, provider.url('/image'));
  await page.evaluate(
    origin =>
      new Promise(resolve => {
        navigator.sendBeacon(`${origin}/beacon`, 'x');
        const request = new XMLHttpRequest();
        request.open('GET', `${origin}/xhr`);
        request.withCredentials = true;
        request.onloadend = resolve;
        request.send();
      }),
    provider.origin,
  );
}

function t200(answer: unknown): void {
  if (typeof answer === 'string') throw new Error(`a network error: ${answer}`);
}

test('9.15 credentials do not grow: fetch(event.request) carries no cookie, however the page asked', async t => {
  const provider = givenProvider(
    t,
    workerOf({
      ...PASSING,
      own: event => event.respondWith(fetch(event.request.url).then(response => ({ response, origin: event.origin }))),
    }),
  );
  const own = await t.page();
  await logIn(own, provider);
  await own.evaluate(async () => void (await fetch('/first-party')));
  t.ok(cookiesOf(provider, '/first-party')[0]?.includes('strict'), 'the cookies are there');
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  await askInAllWays(page, provider);
  await t.until(() => provider.find('/beacon'), { message: 'the beacon' });
  for (const name of Object.keys(PASSING)) {
    t.equal(cookiesOf(provider, `/${name}`), [''], name);
    t.equal(provider.find(`/${name}`)?.headers['foreign-fetch-origin'], undefined, name);
  }
  // What a handler asks for itself is its own affair (section 4). Third-party cookies are blocked or partitioned in Chromium 156 as the
  // harness starts it and in Firefox 153; WebKitGTK 2.50.6 sends even the Strict ones (2026-11).
  t200(await seen(page, provider.url('/own')));
  t.equal(cookiesOf(provider, '/own'), [t.engine === 'webkit' ? 'lax plain strict' : '']);
});

test("9.15 with `credentials: true` the page's `include` stays one, and the server is told for whom", async t => {
  const origins = [t.server.origin(`site-${t.id}.localhost`)];
  const provider = givenProvider(
    t,
    workerOf(
      {
        ...PASSING,
        told: (event, tools) =>
          tools.json(event, [
            event.request.credentials,
            event.request.clone().credentials,
            new Request(event.request).credentials,
          ]),
      },
      { register: `{ scopes: ['/'], origins: ${JSON.stringify(origins)}, credentials: true }` },
    ),
  );
  const site = givenSite(t, { providers: [provider.origin] });
  const page = await site.open();
  t.equal(await json(page, provider.url('/told')), ['omit', 'omit', 'omit']);
  t.equal(await json(page, provider.url('/told'), { credentials: 'include' }), ['include', 'include', 'include']);
  await askInAllWays(page, provider);
  await t.until(() => provider.find('/beacon'), { message: 'the beacon' });
  const onBehalf = Object.fromEntries(
    Object.keys(PASSING).map(name => [name, provider.find(`/${name}`)?.headers['foreign-fetch-origin']]),
  );
  t.equal(onBehalf, {
    default: undefined,
    omit: undefined,
    'same-origin': undefined,
    include: site.origin,
    opaque: site.origin,
    beacon: site.origin,
    image: site.origin,
    xhr: site.origin,
    copy: site.origin,
  });
  t.equal(provider.find('/copy')?.headers['content-language'], 'eo');
  t.equal(provider.find('/beacon')?.body.toString(), 'x');
});

test("9.15 with `credentials: true` a foreign worker's request carries the cookies of the page's own", async t => {
  const browser = await t.launch(t.engine === 'chromium' ? { thirdPartyCookies: true } : {});
  const origin = t.server.origin(`site-${t.id}.localhost`);
  const server = () => ({
    headers: { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' },
    body: 'x',
  });
  const closed = givenProvider(t, workerOf(PASSING), { name: 'closed', server });
  const open = givenProvider(
    t,
    workerOf(PASSING, { register: `{ scopes: ['/'], origins: ['${origin}'], credentials: true }` }),
    { name: 'open', server },
  );
  const own = await t.page(browser);
  for (const provider of [closed, open]) await logIn(own, provider);
  const site = givenSite(t, { providers: [closed.origin, open.origin] });
  const page = await t.page(browser);
  await page.goto(`${site.origin}/`);
  await ready(page);
  for (const provider of [closed, open]) {
    await askInAllWays(page, provider);
    t200(await seen(page, provider.url('/direct'), { credentials: 'include' }));
    await t.until(() => provider.find('/beacon'), { message: 'the beacon' });
  }
  const names = Object.keys(PASSING);
  for (const name of names) t.equal(cookiesOf(closed, `/${name}`), [''], name);
  // Chromium 156 with third-party cookies allowed, as users have it: what the page itself would have sent. Firefox 153: nothing either
  // way. WebKitGTK 2.50.6 takes the worker's request for a same-site one: Lax and Strict cookies come with it, and no browser feature
  // prevents that; the server has Foreign-Fetch-Origin to go by (2026-11).
  const direct = { chromium: 'none', firefox: '', webkit: 'plain' }[t.engine];
  const foreign = { chromium: 'none', firefox: '', webkit: 'lax plain strict' }[t.engine];
  t.equal(cookiesOf(open, '/direct'), [direct]);
  for (const name of names) {
    const without = name === 'default' || name === 'omit' || name === 'same-origin';
    t.equal(cookiesOf(open, `/${name}`), [without ? '' : foreign], name);
  }
});

test("9.15 a hostile client that speaks the protocol itself gets no credentials, header, method or URL beyond the worker's lists", async t => {
  const provider = givenProvider(
    t,
    workerOf(
      {
        'in/told': (event, tools) => tools.json(event, [event.request.url, event.request.credentials]),
        out: (event, tools) => tools.json(event, 'outside'),
      },
      { register: `{ scopes: ['/in/'], origins: ['*'] }` },
    ),
  );
  const evil = t.site('evil');
  evil.routes.set('/', { headers: { 'content-type': 'text/html' }, body: '<!doctype html>' });
  const page = await t.page();
  await page.goto(`${evil.origin}/`);
  const results = await page.evaluate(async origin => {
    const frame = document.createElement('iframe');
    const heard = (port: MessagePort | Window, fits: (data: Record<string, unknown>) => boolean) =>
      new Promise<Record<string, unknown>>(resolve => {
        port.addEventListener('message', event => {
          const { data } = event as MessageEvent;
          if (fits(data)) resolve(data);
        });
      });
    const syn = heard(window, data => data.foreignFetch === 'syn');
    frame.src = `${origin}/.well-known/foreign-fetch`;
    document.body.append(frame);
    await syn;
    const host = new MessageChannel();
    host.port1.start();
    const status = heard(host.port1, data => (data.workers as unknown[] | undefined)?.length === 1);
    frame.contentWindow?.postMessage({ foreignFetch: 'connect' }, origin, [host.port2]);
    await status;
    const channel = new MessageChannel();
    channel.port1.start();
    const hello = heard(channel.port1, data => data.type === 'hello');
    host.port1.postMessage({ foreignFetch: 'open', scope: `${origin}/`, range: { min: 1, max: 1 } }, [channel.port2]);
    await hello;
    const head = {
      url: `${origin}/in/told`,
      method: 'GET',
      headers: [],
      mode: 'cors',
      credentials: 'include',
      cache: 'default',
      redirect: 'follow',
      referrer: '',
      referrerPolicy: '',
      integrity: '',
      keepalive: false,
      destination: '',
      clientId: '',
    };
    let count = 0;
    const ask = async (change: object) => {
      const id = `evil:${++count}`;
      const answer = heard(channel.port1, data => data.type === 'answer' && data.id === id);
      channel.port1.postMessage({ type: 'request', id, head: { ...head, ...change }, body: null });
      const { result, body } = await answer;
      return body instanceof ArrayBuffer ? new TextDecoder().decode(body) : (result as { kind: string }).kind;
    };
    return {
      credentials: await ask({}),
      dots: await ask({ url: `${origin}/in/../in/./told` }),
      outside: await ask({ url: `${origin}/in/../out` }),
      encoded: await ask({ url: `${origin}/in/%2e%2e/out` }),
      header: await ask({ headers: [['authorization', 'x']] }),
      method: await ask({ method: 'PUT' }),
    };
  }, provider.origin);
  const told = JSON.stringify([provider.url('/in/told'), 'omit']);
  t.equal(results, { credentials: told, dots: told, outside: 'none', encoded: 'none', header: 'none', method: 'none' });
});

test('9.16 destination and referrer are kept by clone() and new Request()', async t => {
  const { provider, site, page } = await given(
    t,
    {
      image: (event, tools) => {
        const { request } = event;
        const copies = [
          request,
          request.clone(),
          new Request(request),
          new Request(request.clone(), { headers: { accept: 'x/y' } }).clone(),
        ];
        const changed = new Request(request, { referrer: '/else', mode: 'cors' });
        Object.assign(self, {
          copies: copies.map(({ destination, referrer, url }) => [destination, referrer, url]),
          changed: [changed.destination, changed.referrer],
          isRequest:
            copies.every(copy => copy instanceof Request) &&
            Object.getPrototypeOf(copies[2] as Request) === Request.prototype,
        });
        tools.give(event, { response: makeImage(), origin: event.origin });
      },
      told: (event, tools) => {
        const { copies, changed, isRequest } = self as unknown as Record<string, unknown>;
        tools.json(event, { copies, changed, isRequest });
      },
    },
    IMAGE,
  );
  t.equal(await image(page, provider.url('/image')), 3);
  t.equal(await json(page, provider.url('/told')), {
    copies: Array(4).fill(['image', `${site.origin}/`, provider.url('/image')]),
    changed: ['image', provider.url('/else')],
    isRequest: true,
  });
});

test('9.17 developer aids: one message each in the console of the worker, and it names the fix', async t => {
  const { provider, page } = await given(
    t,
    {
      bare: (event, tools) => {
        tools.give(event, new Response('x'));
      },
      headers: (event, tools) => tools.give(event, { response: new Response('x'), headers: ['x-name'] }),
      slash: (event, tools) => tools.give(event, { response: new Response('x'), origin: `${event.origin}/` }),
      copied: (event, tools) => {
        const copy = new Request(event.request.url);
        new Request(event.request.url, { credentials: 'omit' });
        tools.json(event, copy.credentials);
      },
      told: (event, tools) => tools.json(event, (self as unknown as { warnings: string[] }).warnings),
    },
    {
      first: `
        self.warnings = [];
        const warn = console.warn;
        console.warn = (...parts) => { warnings.push(parts.join(' ')); warn.apply(console, parts); };
        self.addEventListener('foreignFetch', () => {});`,
    },
  );
  for (const name of ['bare', 'headers', 'slash'])
    t.equal(text(await seen(page, provider.url(`/${name}`))), 'TypeError');
  for (let round = 0; round < 2; round++) t.equal(await json(page, provider.url('/copied')), 'same-origin');
  const warnings = await json<string[]>(page, provider.url('/told'));
  const about = (pattern: RegExp) => warnings.filter(warning => pattern.test(warning)).length;
  t.equal(about(/"foreignfetch", without a capital/), 1);
  t.equal(about(/bare Response; give it \{ response, origin: event\.origin \}/), 1);
  t.equal(about(/"headers" was given without "origin"; add origin: event\.origin/), 1);
  t.equal(about(/which is not the client's origin .*pass event\.origin/), 1);
  t.equal(about(/credentials: 'omit'/), 1);
});
