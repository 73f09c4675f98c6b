// The provider's own service worker. It answers the requests that other sites make to /random/number.
importScripts('/foreign-fetch-provider.js', '/foreign-fetch-router.js');

self.addEventListener('install', e => {
  self.skipWaiting();
  e.registerForeignFetch({
    scopes: ['/random/number'], // or self.registration.scope to handle everything
    origins: ['*'], // or ['https://client1.com'] to limit the remote origins
  });
});

const { Router, Route, addForeignFetchRouter } = foreignFetchRouter;

/** The server's number while there is a server, and one of our own when there is none. */
async function number({ request }) {
  try {
    return await fetch(request);
  } catch {
    return new Response(Math.floor(Math.random() * 100), { headers: { 'X-Answered-By': 'foreign worker' } });
  }
}

const router = new Router();
router.registerRoute(new Route(({ url }) => url.pathname === '/random/number', number));
addForeignFetchRouter(router, { headers: ['X-Answered-By', 'X-Asked-By'] });
