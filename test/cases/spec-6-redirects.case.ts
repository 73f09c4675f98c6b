// spec.md 6: redirects, those of the server and those that a foreign worker makes. The page sees the same in all engines.
import { givenProvider } from '../fixtures/provider.js';
import { givenSite, seen } from '../fixtures/site.js';
import { test } from '../harness/registry.js';

const CORS = { 'access-control-allow-origin': '*' };

/** Passes requests on to its server, or redirects by itself, as the path says. */
const WORKER = `
  addEventListener('install', event => event.registerForeignFetch({ scopes: ['/api/'], origins: ['*'] }));
  addEventListener('foreignfetch', event => {
    const { pathname, searchParams } = new URL(event.request.url);
    const redirect = () => new Response(null, { status: Number(searchParams.get('status') ?? 302), headers: { location: searchParams.get('to') } });
    const answer = async () => {
      if (pathname === '/api/redirect') return redirect();
      if (pathname === '/api/end') return new Response('end ' + event.request.method + ' ' + await event.request.text());
      if (pathname === '/api/loop') return Response.redirect('/api/loop');
      return fetch(event.request);
    };
    event.respondWith(answer().then(response => ({ response, origin: event.origin })));
  });`;

test('6.1 a server redirect of a request: the handler sees the first URL only, and fetch() in it follows', async t => {
  const provider = givenProvider(t, WORKER, {
    server: ({ path }) =>
      path === '/api/moved'
        ? { status: 302, headers: { ...CORS, location: '/there' } }
        : { headers: CORS, body: `at ${path}` },
  });
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  const answer = await seen(page, provider.url('/api/moved'));
  t.equal(typeof answer === 'string' ? answer : answer.text, 'at /there');
  t.equal(provider.requests(), ['GET /api/moved', 'GET /there']);
});

test('6.1 a redirect of another server to a provider is not seen: only the initial URL is matched', async t => {
  const provider = givenProvider(t, WORKER, { server: () => ({ headers: CORS, body: 'network' }) });
  const other = t.site('other');
  other.routes.set('/to', { status: 302, headers: { ...CORS, location: provider.url('/api/end') } });
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  const answer = await seen(page, `${other.origin}/to`);
  t.equal(typeof answer === 'string' ? answer : answer.text, 'network');
});

test('6.3 a redirect that the worker makes is followed, and the next URL is offered again', async t => {
  const provider = givenProvider(t, WORKER);
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  const follow = async (query: string, init: RequestInit = {}) => {
    const answer = await seen(page, provider.url(`/api/redirect?${query}`), init);
    return typeof answer === 'string' ? answer : answer.text;
  };
  t.equal(await follow('to=/api/end'), 'end GET ');
  t.equal(await follow('to=end&status=301'), 'end GET ');
  t.equal(await follow('to=/api/end&status=303', { method: 'POST', body: 'x' }), 'end GET ');
  t.equal(await follow('to=/api/end&status=302', { method: 'POST', body: 'x' }), 'end GET ');
  t.equal(await follow('to=/api/end&status=307', { method: 'POST', body: 'x' }), 'end POST x');
  t.equal(await follow('to=/api/end&status=308', { method: 'POST', body: 'y' }), 'end POST y');
  t.equal(provider.requests(), []);
});

test('6.3 it may lead to another origin, under the rules of CORS, and also for an image', async t => {
  const provider = givenProvider(t, WORKER);
  const other = t.site('other');
  other.routes.set('/open', { headers: CORS, body: 'other' });
  other.routes.set('/closed', { body: 'secret' });
  const gif = Uint8Array.from(atob('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'), c => c.charCodeAt(0));
  other.routes.set('/image', { headers: { 'content-type': 'image/gif' }, body: gif });
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  const open = await seen(page, provider.url(`/api/redirect?to=${other.origin}/open`));
  t.equal(typeof open === 'string' ? open : open.text, 'other');
  t.equal(await seen(page, provider.url(`/api/redirect?to=${other.origin}/closed`)), 'TypeError');
  const width = await page.evaluate(
    (src: string) =>
      new Promise<number>((resolve, reject) => {
        const image = new Image();
        image.onload = () => resolve(image.naturalWidth);
        image.onerror = () => reject(new Error('the image failed'));
        image.src = src;
      }),
    provider.url(`/api/redirect?to=${other.origin}/image`),
  );
  t.equal(width, 1);
});

test('6.3 an endless redirect, or one without a valid Location, is a network error', async t => {
  const provider = givenProvider(t, WORKER);
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  t.equal(await seen(page, provider.url('/api/loop')), 'TypeError');
  t.equal(await seen(page, provider.url('/api/redirect?to=http://[')), 'TypeError');
});

test('6.4 redirect mode manual gives an opaque redirect; error gives a network error', async t => {
  const provider = givenProvider(t, WORKER, {
    server: ({ path }) =>
      path === '/api/moved'
        ? { status: 302, headers: { ...CORS, location: '/there' } }
        : { headers: CORS, body: `at ${path}` },
  });
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  for (const path of ['/api/redirect?to=/api/end', '/api/moved']) {
    const manual = await seen(page, provider.url(path), { redirect: 'manual' });
    t.equal(
      typeof manual === 'string' ? manual : `${manual.type} ${manual.status} ${manual.text}`,
      'opaqueredirect 0 ',
    );
    t.equal(await seen(page, provider.url(path), { redirect: 'error' }), 'TypeError');
  }
});
