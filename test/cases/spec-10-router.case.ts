// Dispatch through workbox-routing, and workers that are modules: the other entries of the provider package.
import { built, givenProvider } from '../fixtures/provider.js';
import { givenSite, seen } from '../fixtures/site.js';
import { test } from '../harness/registry.js';

test('10.6 routes of workbox-routing answer foreignfetch events; what has no route goes to the network', async t => {
  const provider = givenProvider(
    t,
    `importScripts('/foreign-fetch-router.js');
     const { Router, Route, RegExpRoute, addForeignFetchRouter } = foreignFetchRouter;
     addEventListener('install', event => event.registerForeignFetch({ scopes: ['/'], origins: ['*'] }));
     const router = new Router();
     router.registerRoute(new Route(({ url }) => url.pathname === '/route', async ({ request }) =>
       new Response('route ' + request.method, { headers: { 'x-shown': '1', 'x-hidden': '1' } })));
     router.registerRoute(new RegExpRoute(/\\/items\\/(\\d+)$/, async ({ params }) => new Response('item ' + params[0])));
     router.registerRoute(new Route(({ url }) => url.pathname === '/route', async () => new Response('posted'), 'POST'));
     router.registerRoute(new Route(({ url }) => url.pathname === '/fails', async () => { throw new Error('no'); }));
     addForeignFetchRouter(router, { headers: ['x-shown'] });`,
  );
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  const text = async (path: string, init: RequestInit = {}) => {
    const answer = await seen(page, provider.url(path), init);
    return typeof answer === 'string' ? answer : answer.text;
  };
  const route = await seen(page, provider.url('/route'));
  t.ok(typeof route !== 'string', 'the route answers');
  if (typeof route === 'string') return;
  t.equal([route.text, route.headers['x-shown'], route.headers['x-hidden']], ['route GET', '1', undefined]);
  t.equal(await text('/items/42'), 'item 42');
  t.equal(await text('/route', { method: 'POST', body: 'x' }), 'posted');
  t.equal(await text('/fails'), 'TypeError');
  t.equal(await text('/elsewhere'), 'network');
  t.equal(provider.requests(), ['GET /elsewhere']);
});

test('10.7 a module worker imports the provider package, and its host document says so', async t => {
  const provider = givenProvider(t, '');
  provider.host.routes.set('/foreign-fetch-provider.mjs', {
    headers: { 'content-type': 'text/javascript' },
    body: built('provider', 'foreign-fetch-provider.mjs'),
  });
  provider.host.routes.set('/module-worker.js', {
    headers: { 'content-type': 'text/javascript' },
    body: `import '/foreign-fetch-provider.mjs';
      addEventListener('install', event => event.registerForeignFetch({ scopes: ['/'], origins: ['*'] }));
      addEventListener('foreignfetch', event =>
        event.respondWith(Promise.resolve({ response: new Response('from a module'), origin: event.origin })));`,
  });
  provider.declare([{ script: '/module-worker.js', type: 'module' }]);
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  const answer = await seen(page, provider.url('/x'));
  t.equal(typeof answer === 'string' ? answer : answer.text, 'from a module');
});
