// Attacks on the invariants of the security model ("Who decides what" in packages/README.md). Each must fail.
import { ANSWERING_WORKER, givenProvider } from '../fixtures/provider.js';
import { givenSite, seen } from '../fixtures/site.js';
import { test } from '../harness/registry.js';

const HTML = { 'content-type': 'text/html;charset=utf-8' };
const WELL_KNOWN = '/.well-known/foreign-fetch';

/** Says who asked, as the provider's worker sees it. */
const TELLING_WORKER = `
  addEventListener('install', event => event.registerForeignFetch({ scopes: ['/'], origins: ['*'] }));
  addEventListener('foreignfetch', event =>
    event.respondWith(Promise.resolve({ response: new Response('for ' + event.origin), origin: event.origin })));`;

test('15.1 a frame beside the host frame cannot speak for the page: only the parent is answered', async t => {
  const provider = givenProvider(t, TELLING_WORKER);
  const attacker = t.site('attacker');
  attacker.routes.set('/', {
    headers: HTML,
    body: `<!doctype html><script>
      const heard = [];
      for (let index = 0; index < parent.frames.length; index++) {
        if (parent.frames[index] === window) continue;
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = event => heard.push(event.data);
        parent.frames[index].postMessage({ foreignFetch: 'connect' }, '*', [port2]);
      }
      setTimeout(() => parent.postMessage({ tried: parent.frames.length - 1, heard: heard.length }, '*'), 700);
    </script>`,
  });
  const site = givenSite(t, { providers: [provider.origin] });
  const page = await site.open();
  const outcome = await page.evaluate(
    (url: string) =>
      new Promise<unknown>(resolve => {
        addEventListener('message', event => {
          if (event.data?.tried !== undefined) resolve(event.data);
        });
        const frame = document.createElement('iframe');
        frame.src = url;
        document.body.append(frame);
      }),
    `${attacker.origin}/`,
  );
  t.equal(outcome, { tried: 1, heard: 0 });
  const answer = await seen(page, provider.url('/x'));
  t.equal(typeof answer === 'string' ? answer : answer.text, `for ${site.origin}`);
});

test('15.2 an embedder chooses neither script nor scope, and cannot say that it is somebody else', async t => {
  const provider = givenProvider(t, TELLING_WORKER);
  provider.host.routes.set('/evil-worker.js', { headers: { 'content-type': 'text/javascript' }, body: '' });
  const evil = t.site('evil');
  evil.routes.set('/', { headers: HTML, body: '<!doctype html><body></body>' });
  const page = await t.page();
  await page.goto(`${evil.origin}/`);
  const outcome = await page.evaluate(
    async (api: string, wellKnown: string) => {
      const frame = document.createElement('iframe');
      frame.src = api + wellKnown;
      const syn = new Promise<void>(resolve => {
        addEventListener('message', event => {
          if (event.source === frame.contentWindow) resolve();
        });
      });
      document.body.append(frame);
      await syn;
      const { port1, port2 } = new MessageChannel();
      const active = new Promise<void>(resolve => {
        port1.onmessage = event => {
          if (event.data.state === 'active') resolve();
        };
      });
      const lies = { origin: 'https://bank.example', script: `${api}/evil-worker.js`, scope: `${api}/evil/` };
      frame.contentWindow?.postMessage({ foreignFetch: 'connect', ...lies }, api, [port2]);
      await active;
      const open = (scope: string) =>
        new Promise<string>(resolve => {
          const channel = new MessageChannel();
          channel.port1.onmessage = event => {
            if (event.data.type === 'hello') {
              const head = {
                url: `${api}/x`,
                method: 'GET',
                headers: [],
                mode: 'cors',
                credentials: 'omit',
                cache: 'default',
                redirect: 'follow',
                referrer: '',
                referrerPolicy: '',
                integrity: '',
                keepalive: false,
                destination: '',
                clientId: '',
                origin: lies.origin,
              };
              channel.port1.postMessage({ type: 'request', id: 'evil:1', head, body: null, origin: lies.origin });
            } else if (event.data.type === 'answer') resolve(new TextDecoder().decode(event.data.body));
          };
          port1.postMessage({ foreignFetch: 'open', range: { min: 1, max: 1 }, ...lies, scope }, [channel.port2]);
          setTimeout(() => resolve('silence'), 1500);
        });
      return { own: await open(`${api}/`), undeclared: await open(lies.scope) };
    },
    provider.origin,
    WELL_KNOWN,
  );
  t.equal(outcome, { own: `for ${evil.origin}`, undeclared: 'silence' });
  t.equal(
    provider.host.log.filter(({ path }) => path === '/evil-worker.js'),
    [],
  );
});

test('15.3 an ancestor that navigates the host frame elsewhere gets no port', async t => {
  const provider = givenProvider(t, ANSWERING_WORKER);
  const site = givenSite(t, { providers: [provider.origin] });
  const attacker = t.site('attacker');
  attacker.routes.set('/inside', {
    headers: HTML,
    body: `<!doctype html><script>
      addEventListener('message', event => top.postMessage({ got: event.ports.length, data: event.data }, '*'));
      parent.postMessage({ foreignFetch: 'syn' }, '*');
      setTimeout(() => top.postMessage({ got: 'nothing' }, '*'), 1000);
    </script>`,
  });
  attacker.routes.set('/', { headers: HTML, body: `<!doctype html><iframe src="${site.origin}/"></iframe>` });
  const page = await t.page();
  await page.goto(`${attacker.origin}/`);
  // The framed site has the host frame as its first child.
  await t.until(() => page.evaluate(() => window.frames[0] !== undefined && window.frames[0].frames.length > 0), {
    timeout: 10_000,
    message: 'the host frame in the framed site',
  });
  const outcome = await page.evaluate(
    (url: string) =>
      new Promise<unknown>(resolve => {
        addEventListener('message', event => resolve(event.data));
        const host = window.frames[0]?.frames[0];
        if (host) host.location.href = url;
      }),
    `${attacker.origin}/inside`,
  );
  t.equal(outcome, { got: 'nothing' });
});
