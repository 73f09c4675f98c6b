// Section 10: what goes beyond the original, and is off unless the provider (and for Authorization the site, too) asks for it.
import { json, text } from '../fixtures/page-loads.js';
import { givenProvider, type Provider } from '../fixtures/provider.js';
import { givenSite, seen } from '../fixtures/site.js';
import { type Handler, workerOf } from '../fixtures/worker-of.js';
import { type TestContext, test } from '../harness/registry.js';

const echo: Handler = event => {
  const { request } = event;
  const body = request
    .text()
    .then(sent => JSON.stringify({ method: request.method, headers: Object.fromEntries(request.headers), body: sent }));
  event.respondWith(body.then(value => ({ response: new Response(value), origin: event.origin })));
};

interface Echo {
  method: string;
  headers: Record<string, string>;
  body: string;
}

/** A server that allows everything in its preflights. */
const PERMISSIVE = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'PUT, DELETE, PATCH, REPORT',
  'access-control-allow-headers': 'content-type, x-key, x-other, authorization',
};

/**
 * What reaches the server of a request that needs a preflight and is left alone by the site's worker. WebKitGTK 2.50.6 (2026-11) sends
 * such a request without its preflight, whoever's service worker it is; without one, or with `respondWith(fetch(request))`, it does not.
 */
function withPreflight(t: TestContext, path: string): string[] {
  return t.engine === 'webkit' ? [`GET ${path}`] : [`OPTIONS ${path}`, `GET ${path}`];
}

function givenApi(t: TestContext, register: string, name = 'api'): Provider {
  const worker = workerOf({ echo, silent: () => {} }, { register: `{ scopes: ['/'], origins: ['*'], ${register} }` });
  return givenProvider(t, worker, {
    name,
    server: ({ method }) => ({ headers: PERMISSIVE, body: `network ${method}` }),
  });
}

test('10.1 methods: what the provider names is offered, without a preflight and with its body', async t => {
  const provider = givenApi(t, `methods: ['put', 'DELETE', 'PATCH', 'report']`);
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  for (const method of ['PUT', 'delete', 'PATCH']) {
    const got = await json<Echo>(page, provider.url('/echo'), { method, body: 'x' });
    t.equal([got.method, got.body], [method.toUpperCase(), 'x']);
  }
  t.equal(provider.requests(), []);
  // Methods that Fetch does not normalize are case-sensitive: `patch` and `REPORT` are other methods than the named ones.
  t.equal(text(await seen(page, provider.url('/echo'), { method: 'REPORT' })), 'network REPORT');
  t.equal(text(await seen(page, provider.url('/echo'), { method: 'patch' })), 'TypeError');
  t.equal((await json<Echo>(page, provider.url('/echo'), { method: 'report' })).method, 'report');
});

test('10.1 a widened request that the handler leaves alone goes to the network once, with its preflight', async t => {
  const provider = givenApi(t, `methods: ['PUT'], headers: ['x-key']`);
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  t.equal(
    text(await seen(page, provider.url('/silent'), { method: 'PUT', body: 'x', headers: { 'x-key': '1' } })),
    'network PUT',
  );
  t.equal(provider.requests(), ['OPTIONS /silent', 'PUT /silent']);
  t.equal(provider.host.log.at(-1)?.body.toString(), 'x');
});

test('10.2 headers: what the provider names is offered and reaches the handler; any other header keeps it out', async t => {
  const provider = givenApi(t, `headers: ['Content-Type', 'x-KEY'], methods: ['PUT']`);
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  const body = '{"a":"é"}';
  const got = await json<Echo>(page, provider.url('/echo'), {
    method: 'PUT',
    body,
    headers: { 'content-type': 'application/json', 'X-Key': 'k' },
  });
  t.equal([got.body, got.headers['content-type'], got.headers['x-key']], [body, 'application/json', 'k']);
  t.equal(provider.requests(), []);
  const withOther = { headers: { 'x-key': 'k', 'x-other': '1' } };
  t.equal(text(await seen(page, provider.url('/echo'), withOther)), 'network GET');
  t.equal(provider.requests(), withPreflight(t, '/echo'));
});

test('10.3 Authorization is handed over only if the site and the provider both name it', async t => {
  const naming = givenApi(t, `headers: ['authorization']`, 'naming');
  const silent = givenApi(t, `headers: ['x-key']`, 'silent');
  const providers = [naming.origin, silent.origin];
  const trusting = await givenSite(t, { name: 'trusting', providers, authorization: providers }).open();
  const plain = await givenSite(t, { name: 'plain', providers }).open();
  const init = { headers: { authorization: 'Bearer secret' } };
  t.equal((await json<Echo>(trusting, naming.url('/echo'), init)).headers.authorization, 'Bearer secret');
  t.equal(naming.requests(), []);
  t.equal(text(await seen(trusting, silent.url('/echo'), init)), 'network GET');
  t.equal(text(await seen(plain, naming.url('/echo'), init)), 'network GET');
  t.equal(text(await seen(plain, silent.url('/echo'), init)), 'network GET');
  t.equal(naming.requests(), withPreflight(t, '/echo'));
});

test('10.4 registerForeignFetch(): what `methods`, `headers` and `credentials` may be', async t => {
  const provider = givenProvider(
    t,
    workerOf(
      { told: (event, tools) => tools.json(event, tools.installed) },
      {
        install: (event, tools) => {
          const call = (more: object, origins = ['*']) =>
            tools.outcome(() => event.registerForeignFetch({ scopes: ['/'], origins, ...more }));
          return {
            bad: [
              call({ methods: 'PUT' }),
              call({ methods: null }),
              call({ methods: ['CONNECT'] }),
              call({ methods: ['trace'] }),
              call({ methods: ['P UT'] }),
              call({ methods: [''] }),
              call({ headers: 'x-key' }),
              call({ headers: ['x key'] }),
              call({ headers: [''] }),
              call({ credentials: true }),
              call({ credentials: 'yes' }),
              call({ credentials: true }, ['*', 'https://a.example']),
            ],
            good: [
              call({ methods: [], headers: [], credentials: false }),
              call({ methods: undefined, headers: undefined, credentials: undefined }),
              call({ methods: new Set(['PUT']), headers: ['X-Key'] }),
              call({ credentials: true }, ['https://a.example']),
            ],
          };
        },
      },
    ),
  );
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  t.equal(await json(page, provider.url('/told')), { bad: Array(12).fill('TypeError'), good: Array(4).fill('ok') });
});

test('10.5 the answer to a widened request is under the same rules: without an origin it is an error, and not sent again', async t => {
  const provider = givenProvider(
    t,
    workerOf(
      {
        opaque: (event, tools) => tools.give(event, { response: new Response('secret') }),
        hidden: (event, tools) =>
          tools.give(event, { response: new Response('x', { headers: { 'x-hidden': 'y' } }), origin: event.origin }),
      },
      { register: `{ scopes: ['/'], origins: ['*'], methods: ['PUT'] }` },
    ),
    { server: () => ({ headers: PERMISSIVE, body: 'network' }) },
  );
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  t.equal(await seen(page, provider.url('/opaque'), { method: 'PUT', body: 'x' }), 'TypeError');
  const answer = await seen(page, provider.url('/hidden'), { method: 'PUT', body: 'x' });
  t.equal(typeof answer === 'string' ? answer : 'x-hidden' in answer.headers, false);
  t.equal(provider.requests(), []);
});
