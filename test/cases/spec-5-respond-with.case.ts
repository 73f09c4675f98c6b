// Section 5: respondWith(), and what the page gets of the answer.
import { FOREIGN_GIF, gif, image, json, outcomes, script, style, text } from '../fixtures/page-loads.js';
import { givenProvider, type ProviderOptions } from '../fixtures/provider.js';
import { givenSite, type Seen, seen } from '../fixtures/site.js';
import { type ForeignEvent, type Handler, type WorkerOptions, workerOf } from '../fixtures/worker-of.js';
import { type TestContext, test } from '../harness/registry.js';

async function given(t: TestContext, handlers: Record<string, Handler>, options: WorkerOptions & ProviderOptions = {}) {
  const provider = givenProvider(t, workerOf(handlers, options), options);
  const site = givenSite(t, { providers: [provider.origin] });
  const page = await site.open();
  /** One word for each of these paths; all of them by default. */
  const words = (init: RequestInit = {}, names = Object.keys(handlers)) =>
    outcomes(page, Object.fromEntries(names.map(name => [name, provider.url(`/${name}`)])), init);
  return { provider, site, page, words };
}

function all(names: readonly string[], word: string): Record<string, string> {
  return Object.fromEntries(names.map(name => [name, word]));
}

function whole(answer: Seen | string): Seen {
  if (typeof answer === 'string') throw new Error(`a network error: ${answer}`);
  return answer;
}

test('5.0 respondWith() outside the dispatch, or a second time, is an InvalidStateError', async t => {
  const { provider, page } = await given(t, {
    twice: (event, tools) => {
      const missing = tools.outcome(() => event.respondWith());
      event.respondWith(
        Promise.resolve().then(async () => {
          await new Promise(resolve => setTimeout(resolve));
          const late = tools.outcome(() => event.respondWith(Promise.resolve({})));
          const Made = event.constructor as new (type: string, init: object) => ForeignEvent;
          const made = tools.outcome(() => new Made('foreignfetch', event).respondWith(Promise.resolve({})));
          const body = JSON.stringify({ missing, again, late, made });
          return { response: new Response(body), origin: event.origin };
        }),
      );
      const again = tools.outcome(() => event.respondWith(Promise.resolve({})));
    },
    late: event => {
      setTimeout(() => event.respondWith(Promise.resolve({ response: new Response('late'), origin: event.origin })));
    },
  });
  t.equal(await json(page, provider.url('/twice')), {
    missing: 'TypeError',
    again: 'InvalidStateError',
    late: 'InvalidStateError',
    made: 'InvalidStateError',
  });
  t.equal(text(await seen(page, provider.url('/late'))), 'network');
});

test('5.0 respondWith() stops the propagation, also when it throws', async t => {
  const { provider, page } = await given(
    t,
    {},
    {
      first: `
        addEventListener('foreignfetch', event => {
          const { pathname } = new URL(event.request.url);
          if (pathname === '/leaked') return;
          const answer = Promise.resolve({ response: new Response('first'), origin: event.origin });
          event.respondWith(answer);
          if (pathname === '/throws') event.respondWith(answer);
        });
        addEventListener('foreignfetch', event => {
          const { pathname } = new URL(event.request.url);
          if (pathname !== '/leaked') self.leaked = true;
        });
        addEventListener('foreignfetch', event => {
          if (new URL(event.request.url).pathname !== '/leaked') return;
          event.respondWith(Promise.resolve({ response: new Response(String(!!self.leaked)), origin: event.origin }));
        });`,
    },
  );
  t.equal(text(await seen(page, provider.url('/plain'))), 'first');
  t.equal(text(await seen(page, provider.url('/throws'))), 'first');
  t.equal(text(await seen(page, provider.url('/leaked'))), 'false');
});

test('5.0 the answer may be late, and no promise at all; waitUntil() goes on for as long as something is pending', async t => {
  const { provider, page, words } = await given(t, {
    slow: event => {
      const slow = new Promise(resolve => setTimeout(resolve, 600)).then(() => ({
        response: new Response('slow'),
        origin: event.origin,
      }));
      event.respondWith(slow);
    },
    plain: event => event.respondWith({ response: new Response('plain'), origin: event.origin }),
    thenable: event =>
      event.respondWith({
        // biome-ignore lint/suspicious/noThenProperty: a thenable is the point
        then: (done: (value: unknown) => void) => done({ response: new Response('then'), origin: event.origin }),
      }),
    extended: (event, tools) => {
      const scope = self as unknown as { told: Promise<unknown> };
      const pause = () => new Promise(resolve => setTimeout(resolve, 10));
      event.waitUntil(Promise.reject(new Error('harmless')));
      scope.told = pause().then(async () => {
        const afterEverything = tools.outcome(() => event.waitUntil(Promise.resolve()));
        return { inPending: await whilePending, afterEverything };
      });
      const whilePending = Promise.resolve().then(() => tools.outcome(() => event.waitUntil(Promise.resolve())));
      event.waitUntil(whilePending);
      event.respondWith(Promise.resolve({ response: new Response('extended'), origin: event.origin }));
    },
    told: event => {
      const { told } = self as unknown as { told: Promise<unknown> };
      event.respondWith(told.then(value => ({ response: new Response(JSON.stringify(value)), origin: event.origin })));
    },
  });
  t.equal(await words({}, ['slow', 'plain', 'thenable', 'extended']), {
    slow: 'slow',
    plain: 'plain',
    thenable: 'then',
    extended: 'extended',
  });
  t.equal(await json(page, provider.url('/told')), { inPending: 'ok', afterEverything: 'InvalidStateError' });
  t.equal(provider.requests(), []);
});

const NETWORK_ERRORS: Record<string, Handler> = {
  rejected: event => event.respondWith(Promise.reject(new Error('no'))),
  bare: (event, tools) => tools.give(event, new Response('foreign')),
  nothing: (event, tools) => tools.give(event, undefined),
  null: (event, tools) => tools.give(event, null),
  text: (event, tools) => tools.give(event, 'foreign'),
  empty: (event, tools) => tools.give(event, {}),
  'response-null': (event, tools) => tools.give(event, { response: null, origin: event.origin }),
  'response-promise': (event, tools) =>
    tools.give(event, { response: Promise.resolve(new Response('x')), origin: event.origin }),
  'response-object': (event, tools) =>
    tools.give(event, { response: { status: 200, headers: new Headers() }, origin: event.origin }),
  'response-request': (event, tools) => tools.give(event, { response: event.request, origin: event.origin }),
  error: (event, tools) => tools.give(event, { response: Response.error(), origin: event.origin }),
  used: event => {
    const response = new Response('x');
    event.respondWith(response.text().then(() => ({ response, origin: event.origin })));
  },
  locked: (event, tools) => {
    const response = new Response('x');
    response.body?.getReader();
    tools.give(event, { response, origin: event.origin });
  },
  'origin-null': (event, tools) => tools.give(event, { response: new Response('x'), origin: null }),
  'origin-empty': (event, tools) => tools.give(event, { response: new Response('x'), origin: '' }),
  'origin-symbol': (event, tools) => tools.give(event, { response: new Response('x'), origin: Symbol('x') }),
  'headers-null': (event, tools) =>
    tools.give(event, { response: new Response('x'), origin: event.origin, headers: null }),
  'headers-text': (event, tools) =>
    tools.give(event, { response: new Response('x'), origin: event.origin, headers: 'X-Name' }),
  'headers-wide': (event, tools) =>
    tools.give(event, { response: new Response('x'), origin: event.origin, headers: ['\u{1F600}'] }),
};

test('5.1 what is no ForeignFetchResponse is a network error: for cors and no-cors, and never a request of the network', async t => {
  const { provider, page, words } = await given(t, NETWORK_ERRORS);
  const names = Object.keys(NETWORK_ERRORS);
  t.equal(await words(), all(names, 'TypeError'));
  t.equal(await words({ mode: 'no-cors' }), all(names, 'TypeError'));
  t.equal(await words({ method: 'POST', body: 'x' }), all(names, 'TypeError'));
  t.equal(await image(page, provider.url('/rejected')), 'error');
  t.equal(await image(page, provider.url('/bare')), 'error');
  t.equal(provider.requests(), []);
});

test('5.2 headers without an origin is a network error; an empty list is as none', async t => {
  const { provider, words } = await given(t, {
    named: (event, tools) => tools.give(event, { response: new Response('x'), headers: ['X-Name'] }),
    absent: (event, tools) =>
      tools.give(event, { response: new Response('x'), headers: ['X-Name'], origin: undefined }),
    none: (event, tools) => tools.give(event, { response: new Response('x'), headers: [] }),
  });
  t.equal(await words({ mode: 'no-cors' }), { named: 'TypeError', absent: 'TypeError', none: 'opaque' });
  t.equal(provider.requests(), []);
});

test('5.3 an opaqueredirect is passed on as such, with and without origin, where the request takes it', async t => {
  const { provider, words } = await given(
    t,
    {
      bare: event => event.respondWith(fetch('/moved', { redirect: 'manual' }).then(response => ({ response }))),
      named: event =>
        event.respondWith(
          fetch('/moved', { redirect: 'manual' }).then(response => ({ response, origin: event.origin })),
        ),
      made: (event, tools) => tools.give(event, { response: Response.redirect('/else', 307), origin: event.origin }),
    },
    { server: () => ({ status: 302, headers: { location: '/else', 'access-control-allow-origin': '*' } }) },
  );
  t.equal(await words({ redirect: 'manual' }), {
    bare: 'opaqueredirect',
    named: 'opaqueredirect',
    made: 'opaqueredirect',
  });
  t.equal(await words({ redirect: 'error' }), { bare: 'TypeError', named: 'TypeError', made: 'TypeError' });
  t.equal(await words({ redirect: 'follow' }, ['bare', 'named']), { bare: 'TypeError', named: 'TypeError' });
  t.equal(new Set(provider.requests()), new Set(['GET /moved']));
});

test('5.4 without an origin the answer is opaque: an error for cors, opaque for no-cors, and nothing of it crosses', async t => {
  const { provider, page, words } = await given(t, {
    plain: (event, tools) =>
      tools.give(event, { response: new Response('secret', { status: 203, headers: { 'x-secret': 'y' } }) }),
    absent: (event, tools) => tools.give(event, { response: new Response('secret'), origin: undefined }),
  });
  t.equal(await words(), { plain: 'TypeError', absent: 'TypeError' });
  t.equal(await words({ method: 'POST', body: 'x' }), { plain: 'TypeError', absent: 'TypeError' });
  for (const init of [{ mode: 'no-cors' }, { mode: 'no-cors', method: 'POST', body: 'x' }] as const) {
    const { headers, text, status, type } = whole(await seen(page, provider.url('/plain'), init));
    t.equal({ headers, text, status, type }, { headers: {}, text: '', status: 0, type: 'opaque' });
  }
  t.equal(provider.requests(), []);
});

test('5.5 an origin that is not exactly the serialized origin of the client is a network error', async t => {
  const { provider, words } = await given(t, {
    star: (event, tools) => tools.give(event, { response: new Response('x'), origin: '*' }),
    slash: (event, tools) => tools.give(event, { response: new Response('x'), origin: `${event.origin}/` }),
    upper: (event, tools) => tools.give(event, { response: new Response('x'), origin: event.origin.toUpperCase() }),
    null: (event, tools) => tools.give(event, { response: new Response('x'), origin: 'null' }),
    other: (event, tools) => tools.give(event, { response: new Response('x'), origin: 'https://other.example' }),
    own: (event, tools) => tools.give(event, { response: new Response('x'), origin: location.origin }),
    object: (event, tools) =>
      tools.give(event, { response: new Response('x'), origin: { toString: () => event.origin } }),
  });
  const names = ['star', 'slash', 'upper', 'null', 'other', 'own'];
  t.equal(await words(), { ...all(names, 'TypeError'), object: 'x' });
  t.equal(await words({ mode: 'no-cors' }), { ...all(names, 'TypeError'), object: 'x' });
  t.equal(provider.requests(), []);
});

test('5.6 an opaque response of a third origin stays opaque: naming the origin cannot open it', async t => {
  const third = t.site('third', () => ({ body: 'secret of a third origin' }));
  const { provider, page, words } = await given(
    t,
    {
      third: event =>
        event.respondWith(fetch(THIRD, { mode: 'no-cors' }).then(response => ({ response, origin: event.origin }))),
    },
    { first: `const THIRD = '${third.origin}/x';` },
  );
  t.equal(await words(), { third: 'TypeError' });
  t.equal(await words({ mode: 'no-cors' }), { third: 'opaque' });
  t.equal(whole(await seen(page, provider.url('/third'), { mode: 'no-cors' })).text, '');
  t.equal(provider.requests(), []);
});

test('5.7 with the origin, no-cors requests get the bytes: images, scripts, styles, fetch (9.1)', async t => {
  const { provider, page, words } = await given(
    t,
    {
      image: event => event.respondWith(Promise.resolve({ response: makeImage(), origin: event.origin })),
      script: (event, tools) =>
        tools.give(event, {
          response: new Response('globalThis.word = "foreign"', { headers: { 'content-type': 'text/javascript' } }),
          origin: event.origin,
        }),
      style: (event, tools) =>
        tools.give(event, {
          response: new Response('body { --word: foreign }', { headers: { 'content-type': 'text/css' } }),
          origin: event.origin,
        }),
    },
    {
      first: `const makeImage = () => ${FOREIGN_GIF};`,
      server: () => ({ headers: { 'content-type': 'image/gif' }, body: gif(5) }),
    },
  );
  t.equal(await image(page, provider.url('/image')), 3);
  t.equal(await image(page, provider.url('/image'), 'anonymous'), 3);
  t.equal(await image(page, provider.url('/other-image')), 5);
  t.equal(await script(page, provider.url('/script')), 'foreign');
  t.equal(await style(page, provider.url('/style')), 'foreign');
  t.equal(await words({ mode: 'no-cors' }, ['script']), { script: 'globalThis.word = "foreign"' });
  t.equal(provider.requests(), ['GET /other-image']);
});
declare const THIRD: string;
declare const makeImage: () => Response;

/** Every safelisted name, and some others. */
const MANY_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Language': 'eo',
  'Content-Type': 'text/plain',
  Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
  'Last-Modified': 'Thu, 01 Jan 1970 00:00:00 GMT',
  Pragma: 'x',
  'X-One': '1',
  'X-Two': '2',
  ETag: '"e"',
  'Access-Control-Expose-Headers': 'X-Two',
  'Access-Control-Allow-Origin': '*',
  'Set-Cookie': 'a=b',
};

test('5.8 exposed headers: the safelist always, what is named, case-insensitively, and never Set-Cookie', async t => {
  const { provider, page } = await given(
    t,
    {
      none: (event, tools) => tools.give(event, { response: makeMany(), origin: event.origin }),
      some: (event, tools) =>
        tools.give(event, {
          response: makeMany(),
          origin: event.origin,
          headers: ['x-ONE', 'Etag', 'X-Absent', 'Set-Cookie'],
        }),
      star: (event, tools) => tools.give(event, { response: makeMany(), origin: event.origin, headers: ['*'] }),
      set: (event, tools) =>
        tools.give(event, { response: makeMany(), origin: event.origin, headers: new Set(['X-Two']) }),
      type: (event, tools) =>
        tools.give(event, { response: makeMany(), origin: event.origin, headers: ['Content-Type'] }),
      fetched: event =>
        event.respondWith(
          fetch('/served').then(response => ({ response, origin: event.origin, headers: ['X-One', 'Set-Cookie'] })),
        ),
    },
    { first: `const makeMany = () => new Response('x', { headers: ${JSON.stringify(MANY_HEADERS)} });` },
  );
  provider.host.routes.set('/served', { headers: MANY_HEADERS, body: 'served' });
  const names = async (path: string) => Object.keys(whole(await seen(page, provider.url(path))).headers).sort();
  const safe = ['cache-control', 'content-language', 'content-type', 'expires', 'last-modified', 'pragma'];
  t.equal(await names('/none'), safe);
  t.equal(await names('/some'), [...safe, 'etag', 'x-one'].sort());
  t.equal(await names('/star'), safe);
  t.equal(await names('/set'), [...safe, 'x-two']);
  t.equal(await names('/type'), safe, '9.11 the official sample adds nothing and hides nothing');
  t.equal(
    (await names('/fetched')).filter(name => name !== 'content-length'),
    [...safe, 'x-one'],
  );
});
declare const makeMany: () => Response;

test('5.8 of a cors response only what its own server exposes can be exposed', async t => {
  const third = t.site('third', () => ({ headers: MANY_HEADERS, body: 'third' }));
  const { provider, page } = await given(
    t,
    {
      third: event =>
        event.respondWith(
          fetch(THIRD).then(response => ({ response, origin: event.origin, headers: ['X-One', 'X-Two', 'ETag'] })),
        ),
    },
    { first: `const THIRD = '${third.origin}/x';` },
  );
  const { headers, text: body } = whole(await seen(page, provider.url('/third')));
  t.equal(body, 'third');
  t.equal(
    ['x-one', 'x-two', 'etag'].filter(name => name in headers),
    ['x-two'],
  );
});

test('5.9 what Fetch asks of every answer holds: redirect mode, integrity, nosniff', async t => {
  const { provider, page, words } = await given(
    t,
    {
      redirected: event => event.respondWith(fetch('/moved').then(response => ({ response, origin: event.origin }))),
      digest: (event, tools) => tools.give(event, { response: new Response('foreign'), origin: event.origin }),
      sniffed: (event, tools) =>
        tools.give(event, {
          response: new Response('globalThis.word = "ran"', { headers: { 'content-type': 'text/plain' } }),
          origin: event.origin,
        }),
      nosniff: (event, tools) =>
        tools.give(event, {
          response: new Response('globalThis.word = "ran"', {
            headers: { 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' },
          }),
          origin: event.origin,
        }),
    },
    {
      server: ({ path }) => (path === '/moved' ? { status: 302, headers: { location: '/there' } } : { body: 'there' }),
    },
  );
  t.equal(await words({}, ['redirected']), { redirected: 'there' });
  t.equal(await words({ redirect: 'error' }, ['redirected']), { redirected: 'TypeError' });
  t.equal(await words({ redirect: 'manual' }, ['redirected']), { redirected: 'TypeError' });
  const digest = async (value: string) => {
    const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(value));
    return `sha256-${Buffer.from(bytes).toString('base64')}`;
  };
  t.equal(await words({ integrity: await digest('foreign') }, ['digest']), { digest: 'foreign' });
  t.equal(await words({ integrity: await digest('other') }, ['digest']), { digest: 'TypeError' });
  t.equal(await script(page, provider.url('/sniffed')), 'ran');
  t.equal(await script(page, provider.url('/nosniff')), 'error');
  t.equal(provider.requests().includes('GET /redirected'), false);
});

test('5.10 no respondWith(): the network, with its own CORS rules; preventDefault() is a network error', async t => {
  const { provider, page, words } = await given(t, {
    prevented: event => event.preventDefault(),
    throws: () => {
      throw new Error('of the handler');
    },
    silent: () => {},
    both: (event, tools) => {
      event.preventDefault();
      tools.give(event, { response: new Response('both'), origin: event.origin });
    },
  });
  provider.host.routes.set('/closed', { body: 'without CORS headers' });
  t.equal(await words(), { prevented: 'TypeError', throws: 'network', silent: 'network', both: 'both' });
  t.equal(text(await seen(page, provider.url('/closed'))), 'TypeError');
  t.equal(text(await seen(page, provider.url('/unknown'), { method: 'POST', body: 'x' })), 'network');
  t.equal(provider.requests().sort(), ['GET /closed', 'GET /silent', 'GET /throws', 'POST /unknown']);
  t.equal(provider.find('/unknown')?.body.toString(), 'x');
});

test('5.11 the final url, status and status text', async t => {
  const { provider, page } = await given(
    t,
    {
      made: (event, tools) =>
        tools.give(event, { response: new Response('x', { status: 218, statusText: 'Fine' }), origin: event.origin }),
      fetched: event => event.respondWith(fetch('/else').then(response => ({ response, origin: event.origin }))),
    },
    { server: () => ({ status: 404, body: 'x' }) },
  );
  const made = whole(await seen(page, provider.url('/made?q')));
  t.equal([made.url, made.status], [provider.url('/made?q'), 218]);
  // The original would say /else. No service worker can give a Response that it made another URL than the request's.
  const fetched = whole(await seen(page, provider.url('/fetched')));
  t.equal([fetched.url, fetched.status], [provider.url('/fetched'), 404]);
  const statusText = await page.evaluate(async url => (await fetch(url)).statusText, provider.url('/made'));
  t.equal(statusText, 'Fine');
});

test('5.12 bodies: none, empty, streamed in time, and an error in the middle is one for the page', async t => {
  const { provider, page } = await given(t, {
    none: (event, tools) => tools.give(event, { response: new Response(null, { status: 204 }), origin: event.origin }),
    'not-modified': (event, tools) =>
      tools.give(event, { response: new Response(null, { status: 304 }), origin: event.origin }),
    empty: (event, tools) => tools.give(event, { response: new Response(''), origin: event.origin }),
    head: (event, tools) =>
      tools.give(event, {
        response: new Response('unseen', { headers: { 'content-length': '6' } }),
        origin: event.origin,
      }),
    stream: (event, tools) => {
      const body = new ReadableStream({
        async start(controller) {
          const scope = self as unknown as { go: Promise<void>; release: () => void };
          scope.go = new Promise(resolve => {
            scope.release = resolve;
          });
          controller.enqueue(new TextEncoder().encode('first '));
          await scope.go;
          controller.enqueue(new TextEncoder().encode('second'));
          controller.close();
        },
      });
      tools.give(event, { response: new Response(body), origin: event.origin });
    },
    release: (event, tools) => {
      (self as unknown as { release: () => void }).release();
      tools.json(event, 'released');
    },
    broken: (event, tools) => {
      let count = 0;
      const body = new ReadableStream({
        async pull(controller) {
          await new Promise(resolve => setTimeout(resolve, 5));
          if (++count > 3) controller.error(new Error('of the body'));
          else controller.enqueue(new TextEncoder().encode('part '));
        },
      });
      tools.give(event, { response: new Response(body), origin: event.origin });
    },
    large: (event, tools) =>
      tools.give(event, { response: new Response(new Uint8Array(5_000_000).fill(7)), origin: event.origin }),
  });
  const answer = async (path: string, init?: RequestInit) => {
    const { status, text } = whole(await seen(page, provider.url(path), init));
    return [status, text];
  };
  t.equal(await answer('/none'), [204, '']);
  t.equal(await answer('/not-modified'), [304, '']);
  t.equal(await answer('/empty'), [200, '']);
  t.equal(await answer('/head', { method: 'HEAD' }), [200, '']);
  const streamed = await page.evaluate(async origin => {
    const response = await fetch(`${origin}/stream`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const first = await reader?.read();
    await fetch(`${origin}/release`);
    const second = await reader?.read();
    const end = await reader?.read();
    return [first?.value, second?.value, end?.done];
  }, provider.origin);
  t.equal(streamed, ['first ', 'second', true]);
  // Firefox 153 gives the page of a stream that breaks an AbortError (2026-11).
  t.equal(await seen(page, provider.url('/broken')), t.engine === 'firefox' ? 'AbortError' : 'TypeError');
  const size = await page.evaluate(
    async url => new Uint8Array(await (await fetch(url)).arrayBuffer()).reduce((a, b) => a + b, 0),
    provider.url('/large'),
  );
  t.equal(size, 35_000_000);
  t.equal(provider.requests(), []);
});

test("5.13 the official sample of respondWith(), with the article's own handler", async t => {
  const provider = givenProvider(
    t,
    `
self.addEventListener('install', event => {
  event.registerForeignFetch({
    scopes: [self.registration.scope], // or some sub-scope
    origins: ['*'] // or ['https://example.com']
  });
});
function requestLogic(request) {
  return caches.match(request).then(cached => cached || fetch(request));
}
self.addEventListener('foreignfetch', event => {
  event.respondWith(
    // Assume that requestLogic() is a custom function that takes
    // a Request and returns a Promise which resolves with a Response.
    requestLogic(event.request).then(response => {
      return {
        response: response,
        // Omit to origin to return an opaque response.
        // With this set, the client will receive a CORS response.
        origin: event.origin,
        // Omit headers unless you need additional header filtering.
        // With this set, only Content-Type will be exposed.
        headers: ['Content-Type']
      };
    })
  );
});`,
    { server: () => ({ headers: { 'content-type': 'application/json', 'x-hidden': 'y' }, body: '{"a":1}' }) },
  );
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  // The server sends no CORS header: only the worker makes it readable.
  const answer = whole(await seen(page, provider.url('/data')));
  t.equal(answer.text, '{"a":1}');
  t.equal(answer.headers['content-type'], 'application/json');
  t.equal('x-hidden' in answer.headers, false);
  t.equal(provider.requests(), ['GET /data']);
});

test('5.14 a redirect that the worker makes is followed, and the hop offered again', async t => {
  const third = t.site('third', () => ({ headers: { 'access-control-allow-origin': '*' }, body: 'third' }));
  const { provider, words } = await given(
    t,
    {
      near: (event, tools) => tools.give(event, { response: Response.redirect('/target', 302), origin: event.origin }),
      far: (event, tools) => tools.give(event, { response: Response.redirect(THIRD, 302), origin: event.origin }),
      loop: (event, tools) => tools.give(event, { response: Response.redirect('/loop', 302), origin: event.origin }),
      nowhere: (event, tools) =>
        tools.give(event, {
          response: new Response(null, { status: 302, headers: { location: 'http://[' } }),
          origin: event.origin,
        }),
      target: (event, tools) =>
        tools.give(event, { response: new Response(`target ${event.request.method}`), origin: event.origin }),
    },
    { first: `const THIRD = '${third.origin}/x';` },
  );
  const names = ['near', 'far', 'loop', 'nowhere'];
  t.equal(await words({}, names), { near: 'target GET', far: 'third', loop: 'TypeError', nowhere: 'TypeError' });
  t.equal(await words({ method: 'POST', body: 'x' }, ['near']), { near: 'target GET' });
  t.equal(provider.requests(), []);
});
