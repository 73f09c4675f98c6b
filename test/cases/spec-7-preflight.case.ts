// spec.md 7: preflighted and Range requests.
import { ANSWERING_WORKER, givenProvider } from '../fixtures/provider.js';
import { givenSite, seen } from '../fixtures/site.js';
import { test } from '../harness/registry.js';

const PREFLIGHT = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'PUT, DELETE',
  'access-control-allow-headers': 'x-own, range',
};

test('7.1 what would need a preflight is not offered; the network preflights it as ever', async t => {
  const provider = givenProvider(t, ANSWERING_WORKER, {
    server: ({ method }) => ({
      status: method === 'OPTIONS' ? 204 : 200,
      headers: PREFLIGHT,
      body: method === 'OPTIONS' ? '' : 'network',
    }),
  });
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  const answer = await seen(page, provider.url('/x'), { method: 'PUT', body: 'x', headers: { 'x-own': '1' } });
  t.equal(typeof answer === 'string' ? answer : answer.text, 'network');
  // WebKitGTK 2.50 (2026-11) sends no preflight for what falls through any service worker, one with an empty fetch listener included.
  t.equal(provider.requests(), t.engine === 'webkit' ? ['PUT /x'] : ['OPTIONS /x', 'PUT /x']);
});

test('7.1 the foreign worker is asked before any preflight: none is sent for what its lists allow', async t => {
  const provider = givenProvider(
    t,
    `addEventListener('install', event => event.registerForeignFetch({ scopes: ['/'], origins: ['*'], methods: ['PUT'], headers: ['X-Own'] }));
     addEventListener('foreignfetch', event => event.respondWith((async () => ({
       response: new Response(event.request.method + ' ' + event.request.headers.get('x-own') + ' ' + await event.request.text()), origin: event.origin }))()));`,
  );
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  const answer = await seen(page, provider.url('/x'), { method: 'PUT', body: 'body', headers: { 'x-own': '1' } });
  t.equal(typeof answer === 'string' ? answer : answer.text, 'PUT 1 body');
  t.equal(provider.requests(), []);
});

test('7.2 Range requests are not offered, and media elements play from the network', async t => {
  const provider = givenProvider(t, ANSWERING_WORKER, {
    server: ({ method, headers }) => ({
      status: method === 'OPTIONS' ? 204 : headers.range ? 206 : 200,
      headers: { ...PREFLIGHT, ...(headers.range && { 'content-range': 'bytes 0-3/7', 'content-type': 'text/plain' }) },
      body: method === 'OPTIONS' ? '' : headers.range ? 'netw' : 'network',
    }),
  });
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  const answer = await seen(page, provider.url('/part'), { headers: { range: 'bytes=0-3' } });
  t.equal(typeof answer === 'string' ? answer : `${answer.status} ${answer.text}`, '206 netw');
  await page.evaluate(async (src: string) => {
    const audio = document.createElement('audio');
    audio.preload = 'auto';
    audio.src = src;
    document.body.append(audio);
    await new Promise(resolve => {
      audio.onerror = resolve;
      audio.oncanplay = resolve;
    });
  }, provider.url('/sound.wav'));
  t.ok(
    provider.requests().some(line => line === 'GET /sound.wav'),
    'the sound came from the network',
  );
});
