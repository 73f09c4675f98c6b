// Section 4: what the handler sees of a request. It tells in the body of its answer, or in what it asks its server.
import { image, json, script, style } from '../fixtures/page-loads.js';
import { givenProvider } from '../fixtures/provider.js';
import { givenSite } from '../fixtures/site.js';
import { type Handler, workerOf } from '../fixtures/worker-of.js';
import { type TestContext, test } from '../harness/registry.js';

const HTML = { 'content-type': 'text/html;charset=utf-8' };

async function given(t: TestContext, handlers: Record<string, Handler>, pageHeaders: Record<string, string> = {}) {
  const provider = givenProvider(t, workerOf(handlers));
  const site = givenSite(t, { providers: [provider.origin], headers: pageHeaders });
  const page = await site.open();
  return { provider, site, page };
}

const describeRequest: Handler = (event, tools) => {
  const {
    url,
    method,
    mode,
    credentials,
    cache,
    redirect,
    referrer,
    referrerPolicy,
    integrity,
    keepalive,
    destination,
  } = event.request;
  const request = {
    url,
    method,
    mode,
    credentials,
    cache,
    redirect,
    referrer,
    referrerPolicy,
    integrity,
    keepalive,
    destination,
  };
  tools.json(event, { request, origin: event.origin, headers: Object.fromEntries(event.request.headers) });
};

interface Described {
  request: Record<string, unknown>;
  origin: string;
  headers: Record<string, string>;
}

test('4.1 a plain fetch(): every attribute of the request, and the origin', async t => {
  const { provider, site, page } = await given(t, { told: describeRequest });
  const { request, origin } = await json<Described>(page, provider.url('/told?q=1#part'));
  t.equal(request, {
    url: provider.url('/told?q=1#part'),
    method: 'GET',
    mode: 'cors',
    credentials: 'omit',
    cache: 'default',
    redirect: 'follow',
    referrer: `${site.origin}/`,
    referrerPolicy: 'strict-origin-when-cross-origin',
    integrity: '',
    keepalive: false,
    destination: '',
  });
  t.equal(origin, site.origin);
});

test('4.2 the options of fetch() arrive', async t => {
  const { provider, page } = await given(t, { told: describeRequest });
  const ask = async (init: RequestInit) => (await json<Described>(page, provider.url('/told'), init)).request;
  const integrity = 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';
  t.equal((await ask({ method: 'POST', body: 'x' })).method, 'POST');
  t.equal((await ask({ mode: 'no-cors' })).mode, 'no-cors');
  t.equal((await ask({ cache: 'no-store' })).cache, 'no-store');
  t.equal((await ask({ cache: 'force-cache' })).cache, 'force-cache');
  t.equal((await ask({ redirect: 'error' })).redirect, 'error');
  t.equal((await ask({ redirect: 'manual' })).redirect, 'manual');
  t.equal((await ask({ referrerPolicy: 'origin' })).referrerPolicy, 'origin');
  for (const credentials of ['omit', 'same-origin', 'include'] as const) {
    t.equal((await ask({ credentials })).credentials, 'omit', `9.15 credentials '${credentials}'`);
  }
  const withIntegrity = await page.evaluate(
    async (url, value) =>
      fetch(url, { integrity: value }).then(
        () => 'readable',
        error => (error as Error).name,
      ),
    provider.url('/told'),
    integrity,
  );
  t.equal(withIntegrity, 'TypeError', 'a digest that does not fit');
  t.equal(provider.requests(), []);
});

test('4.3 headers: the safelisted ones and Accept, none that the browser adds on the way to the network', async t => {
  const { provider, page } = await given(t, { told: describeRequest });
  const { headers } = await json<Described>(page, provider.url('/told'), {
    method: 'POST',
    body: 'a=b',
    headers: {
      accept: 'application/json',
      'accept-language': 'eo',
      'content-language': 'eo',
      'content-type': 'application/x-www-form-urlencoded;x=y',
    },
  });
  t.equal(headers, {
    accept: 'application/json',
    'accept-language': 'eo',
    'content-language': 'eo',
    'content-type': 'application/x-www-form-urlencoded;x=y',
  });
  const plain = await json<Described>(page, provider.url('/told'));
  t.equal(plain.headers.accept, '*/*');
  for (const name of ['cookie', 'origin', 'referer', 'user-agent', 'sec-ch-ua', 'host']) {
    t.equal(name in plain.headers, false, name);
  }
});

test('4.4 the body of a POST can be read, in every form that needs no preflight', async t => {
  const { provider, page } = await given(t, {
    text: async event => {
      const { request } = event;
      const read = request.text().then(text => ({
        response: new Response(JSON.stringify([request.headers.get('content-type'), text])),
        origin: event.origin,
      }));
      event.respondWith(read);
    },
    form: async event => {
      const read = event.request.formData().then(async data => {
        const file = data.get('file') as File;
        const body = JSON.stringify([
          data.get('field'),
          file.name,
          await file.text().catch((error: Error) => error.name),
        ]);
        return { response: new Response(body), origin: event.origin };
      });
      event.respondWith(read);
    },
    large: async event => {
      const read = event.request.arrayBuffer().then(buffer => {
        const sum = new Uint8Array(buffer).reduce((total, byte) => total + byte, 0);
        return { response: new Response(JSON.stringify([buffer.byteLength, sum])), origin: event.origin };
      });
      event.respondWith(read);
    },
  });
  const answers = await page.evaluate(async origin => {
    const post = async (path: string, body: BodyInit) => {
      const answer = await fetch(origin + path, { method: 'POST', body }).catch((error: Error) => error.message);
      return typeof answer === 'string' ? answer : ((await answer.json()) as unknown);
    };
    const form = new FormData();
    form.append('field', 'é');
    form.append('file', new File(['inside'], 'a.txt'));
    return {
      text: await post('/text', 'é'),
      params: await post('/text', new URLSearchParams({ a: 'b c' })),
      bytes: await post('/text', new TextEncoder().encode('bytes')),
      form: await post('/form', form),
      large: await post('/large', new Blob([new Uint8Array(3_000_000).fill(1)])),
    };
  }, provider.origin);
  t.equal(answers, {
    text: ['text/plain;charset=UTF-8', 'é'],
    params: ['application/x-www-form-urlencoded;charset=UTF-8', 'a=b+c'],
    bytes: [null, 'bytes'],
    // WebKitGTK 2.50.6 (2026-11): a worker in a third-party partition cannot read the File that its formData() makes.
    form: ['é', 'a.txt', t.engine === 'webkit' ? 'NotFoundError' : 'inside'],
    large: [3_000_000, 3_000_000],
  });
  t.equal(provider.requests(), []);
});

test("4.5 the referrer is what the client's policy leaves of it", async t => {
  const { provider, site, page } = await given(t, { told: describeRequest });
  site.host.routes.set('/deep/page', { headers: HTML, body: '<!doctype html>' });
  await page.goto(`${site.origin}/deep/page?secret`);
  const referrer = async (init: RequestInit) =>
    (await json<Described>(page, provider.url('/told'), init)).request.referrer;
  t.equal(await referrer({}), `${site.origin}/`);
  // Firefox 153 (2026-11) never gives another site more than the origin, whatever the policy.
  const whole = (path: string) => (t.engine === 'firefox' ? `${site.origin}/` : site.origin + path);
  t.equal(await referrer({ referrerPolicy: 'unsafe-url' }), whole('/deep/page?secret'));
  t.equal(await referrer({ referrerPolicy: 'origin' }), `${site.origin}/`);
  t.equal(await referrer({ referrerPolicy: 'same-origin' }), '');
  t.equal(await referrer({ referrerPolicy: 'no-referrer' }), '');
  t.equal(await referrer({ referrer: '/deep/other', referrerPolicy: 'unsafe-url' }), whole('/deep/other'));
  t.equal(await referrer({ referrer: '' }), '');
});

test('4.6 elements, XHR, EventSource and beacons: method, mode, destination, credentials, origin', async t => {
  const provider = givenProvider(
    t,
    `const seen = {};
     addEventListener('install', event => event.registerForeignFetch({ scopes: ['/'], origins: ['*'] }));
     addEventListener('foreignfetch', event => {
       const { pathname } = new URL(event.request.url);
       if (pathname === '/seen') return event.respondWith(Promise.resolve({ response: new Response(JSON.stringify(seen)), origin: event.origin }));
       const { method, mode, destination, credentials } = event.request;
       seen[pathname.slice(1)] = [method, mode, destination, credentials, event.origin].join(' ');
       const type = { style: 'text/css', script: 'text/javascript', module: 'text/javascript', events: 'text/event-stream' }[pathname.slice(1)] ?? 'text/plain';
       event.respondWith(Promise.resolve({ response: new Response('', { headers: { 'content-type': type } }), origin: event.origin }));
     });`,
  );
  const site = givenSite(t, { providers: [provider.origin] });
  const page = await site.open();
  await image(page, provider.url('/image'));
  await image(page, provider.url('/cors-image'), 'anonymous');
  await script(page, provider.url('/script'));
  await style(page, provider.url('/style'));
  await page.evaluate(async origin => {
    const until = (target: EventTarget) =>
      new Promise(resolve => {
        for (const type of ['load', 'error', 'loadend']) target.addEventListener(type, resolve);
      });
    const module = document.createElement('script');
    module.type = 'module';
    module.src = `${origin}/module`;
    document.head.append(module);
    await until(module);
    const request = new XMLHttpRequest();
    request.open('POST', `${origin}/xhr`);
    request.send('x');
    await until(request);
    await new FontFace('x', `url(${origin}/font)`).load().catch(() => {});
    const events = new EventSource(`${origin}/events`);
    await until(events);
    events.close();
    navigator.sendBeacon(`${origin}/beacon`, 'x');
  }, provider.origin);
  const seenThere = await t.until(
    async () => {
      const list = await json<Record<string, string>>(page, provider.url('/seen'));
      return 'beacon' in list && list;
    },
    { message: 'the beacon to arrive' },
  );
  t.equal(seenThere, {
    image: `GET no-cors image omit ${site.origin}`,
    'cors-image': `GET cors image omit ${site.origin}`,
    script: `GET no-cors script omit ${site.origin}`,
    style: `GET no-cors style omit ${site.origin}`,
    module: `GET cors script omit ${site.origin}`,
    xhr: `POST cors  omit ${site.origin}`,
    // WebKitGTK 2.50.6 (2026-11) shows fonts to service workers as no-cors.
    font: `GET ${t.engine === 'webkit' ? 'no-cors' : 'cors'} font omit ${site.origin}`,
    events: `GET cors  omit ${site.origin}`,
    beacon: `POST no-cors  omit ${site.origin}`,
  });
  t.equal(provider.requests(), []);
});

test('4.7 fetch(event.request) is a same-origin request of the worker, with a readable basic response', async t => {
  const { provider, site, page } = await given(t, {
    data: event => {
      const { request } = event;
      const answer = fetch(request).then(async response => {
        const { type, status, url, redirected } = response;
        const hidden = response.headers.get('x-hidden');
        const body = JSON.stringify({
          type,
          status,
          url,
          redirected,
          hidden,
          text: await response.text(),
          mode: request.mode,
        });
        return { response: new Response(body), origin: event.origin };
      });
      event.respondWith(answer);
    },
  });
  provider.host.routes.set('/data', request => ({
    status: 201,
    headers: { 'x-hidden': 'seen' },
    body: `${request.method} ${request.body}`,
  }));
  const url = provider.url('/data');
  const expected = { type: 'basic', status: 201, url, redirected: false, hidden: 'seen', mode: 'cors' };
  t.equal(await json(page, url, { headers: { accept: 'x/y' } }), { ...expected, text: 'GET ' });
  t.equal(await json(page, url, { method: 'POST', body: 'payload' }), { ...expected, text: 'POST payload' });
  t.equal(await json(page, url, { mode: 'no-cors' }), { ...expected, text: 'GET ', mode: 'no-cors' });
  const [get, post] = provider.host.log.filter(({ path }) => path === '/data');
  t.equal(get?.headers.accept, 'x/y');
  t.equal(get?.headers.origin, undefined);
  t.equal(get?.headers['sec-fetch-site'], 'same-origin');
  t.equal(post?.headers['content-type'], 'text/plain;charset=UTF-8');
  t.ok(
    !JSON.stringify(provider.host.log.at(-1)?.headers).includes(site.host.name),
    "the client's name is not in the headers",
  );
  t.equal(get?.headers['foreign-fetch-origin'], undefined);
});
