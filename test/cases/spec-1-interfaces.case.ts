// Section 1: the interfaces. What a worker finds out is told to the page in the body of a foreign answer.
import { json, outcomes } from '../fixtures/page-loads.js';
import { givenProvider } from '../fixtures/provider.js';
import { givenSite } from '../fixtures/site.js';
import { type ForeignEvent, type Handler, type WorkerOptions, workerOf } from '../fixtures/worker-of.js';
import { type TestContext, test } from '../harness/registry.js';

/** What the worker knows of itself, beyond what a page's global has. */
interface WorkerScope extends EventTarget {
  onforeignfetch: unknown;
  ForeignFetchEvent: {
    new (type?: string, init?: unknown): ForeignEvent;
    readonly prototype: ForeignEvent;
    readonly length: number;
  };
  ExtendableEvent: { readonly prototype: Event };
}

async function given(t: TestContext, handlers: Record<string, Handler>, options?: WorkerOptions) {
  const provider = givenProvider(t, workerOf(handlers, options));
  const page = await givenSite(t, { providers: [provider.origin] }).open();
  return { provider, page };
}

test('1.1 the install event has registerForeignFetch, on a prototype, as AMP looks for it', async t => {
  const { provider, page } = await given(
    t,
    { told: (event, tools) => tools.json(event, tools.installed) },
    {
      install: event => ({
        inEvent: 'registerForeignFetch' in event,
        own: Object.hasOwn(event, 'registerForeignFetch'),
        onItsPrototype: Object.hasOwn(Object.getPrototypeOf(event) as object, 'registerForeignFetch'),
        type: typeof event.registerForeignFetch,
        returned: typeof event.registerForeignFetch({ scopes: ['/told'], origins: ['*'] }),
        parameters: event.registerForeignFetch.length,
      }),
    },
  );
  t.equal(await json(page, provider.url('/told')), {
    inEvent: true,
    own: false,
    onItsPrototype: true,
    type: 'function',
    returned: 'undefined',
    parameters: 1,
  });
});

test('1.2 the constructor of ForeignFetchEvent: what is required, what is converted, what is the default', async t => {
  const { provider, page } = await given(t, {
    told: (event, tools) => {
      const { ForeignFetchEvent, ExtendableEvent } = self as unknown as WorkerScope;
      const request = new Request('/x');
      const made = new ForeignFetchEvent('foreignfetch', { request });
      const full = new ForeignFetchEvent('other', {
        request,
        origin: { toString: () => 'o\uD800' },
        bubbles: true,
        cancelable: true,
      });
      tools.json(event, {
        throws: [
          tools.outcome(() => new ForeignFetchEvent()),
          tools.outcome(() => new ForeignFetchEvent('foreignfetch')),
          tools.outcome(() => new ForeignFetchEvent('foreignfetch', undefined)),
          tools.outcome(() => new ForeignFetchEvent('foreignfetch', 'text')),
          tools.outcome(() => new ForeignFetchEvent('foreignfetch', {})),
          tools.outcome(() => new ForeignFetchEvent('foreignfetch', { request: '/x' })),
          tools.outcome(() => new ForeignFetchEvent('foreignfetch', { request: null })),
          tools.outcome(() => new ForeignFetchEvent('foreignfetch', { request, origin: Symbol('o') })),
          tools.outcome(() =>
            (ForeignFetchEvent as unknown as (...args: unknown[]) => void)('foreignfetch', { request }),
          ),
        ],
        isExtendable: Object.getPrototypeOf(ForeignFetchEvent.prototype) === ExtendableEvent.prototype,
        tag: Object.prototype.toString.call(made),
        parameters: ForeignFetchEvent.length,
        enumerable: Object.prototype.propertyIsEnumerable.call(self, 'ForeignFetchEvent'),
        defaults: [made.type, made.origin, made.clientId, made.bubbles, made.cancelable, made.isTrusted],
        sameRequest: made.request === request,
        full: [full.type, full.origin, full.bubbles, full.cancelable],
      });
    },
  });
  t.equal(await json(page, provider.url('/told')), {
    throws: Array(9).fill('TypeError'),
    isExtendable: true,
    tag: '[object ForeignFetchEvent]',
    parameters: 2,
    enumerable: false,
    defaults: ['foreignfetch', 'null', '', false, false, false],
    sameRequest: true,
    full: ['other', 'o\uFFFD', true, true],
  });
});

test('1.3 the fired event: its attributes, and what it does not have', async t => {
  const { provider, page } = await given(t, {
    told: (event, tools) => {
      const assign = (name: string) => tools.outcome(() => Object.assign(event, { [name]: 'other' }));
      tools.json(event, {
        type: event.type,
        bubbles: event.bubbles,
        cancelable: event.cancelable,
        target: event.target === self && event.currentTarget === self,
        isExtendable: event instanceof (self as unknown as { ExtendableEvent: typeof Event }).ExtendableEvent,
        isRequest: event.request instanceof Request,
        sameObject: new Set([event.request, event.request]).size === 1,
        readonly: [assign('request'), assign('origin')],
        absent: ['isReload', 'preloadResponse', 'client', 'resultingClientId', 'handled'].filter(name => name in event),
        // A script cannot make a trusted event: the one difference to the original.
        isTrusted: event.isTrusted,
      });
    },
  });
  t.equal(await json(page, provider.url('/told')), {
    type: 'foreignfetch',
    bubbles: false,
    cancelable: true,
    target: true,
    isExtendable: true,
    isRequest: true,
    sameObject: true,
    readonly: ['TypeError', 'TypeError'],
    absent: [],
    isTrusted: false,
  });
});

test("1.4 the headers of event.request are immutable, its clone's too, those of a new Request are not", async t => {
  const { provider, page } = await given(t, {
    told: (event, tools) => {
      const change = (headers: Headers) => [
        tools.outcome(() => headers.set('accept', 'x/y')),
        tools.outcome(() => headers.append('x-other', 'y')),
        tools.outcome(() => headers.delete('accept')),
      ];
      const copy = new Request(event.request, { mode: 'cors' });
      const result = {
        own: change(event.request.headers),
        clone: change(event.request.clone().headers),
        copy: change(copy.headers),
        after: [event.request.headers.get('accept'), event.request.headers.get('x-other')],
        copied: copy.headers.get('x-other'),
      };
      tools.json(event, result);
    },
  });
  t.equal(await json(page, provider.url('/told'), { headers: { accept: 'a/b' } }), {
    own: ['TypeError', 'TypeError', 'TypeError'],
    clone: ['TypeError', 'TypeError', 'TypeError'],
    copy: ['ok', 'ok', 'ok'],
    after: ['a/b', null],
    copied: 'y',
  });
});

test('1.5 self.onforeignfetch: a handler attribute in its place among the listeners', async t => {
  const { provider, page } = await given(
    t,
    {
      told: (event, tools) => {
        const scope = self as unknown as WorkerScope & { order: string[] };
        const order = scope.order.splice(0);
        const handler = scope.onforeignfetch;
        const values: unknown[] = [typeof handler];
        for (const value of ['text', 7, undefined, null]) {
          scope.onforeignfetch = value;
          values.push(scope.onforeignfetch);
        }
        scope.onforeignfetch = handler;
        tools.json(event, { order, values });
      },
    },
    {
      first: `
        self.order = [];
        order.push(String(self.onforeignfetch), String('onforeignfetch' in self));
        self.onforeignfetch = () => order.push('replaced');
        self.addEventListener('foreignfetch', () => order.push('listener'));
        self.onforeignfetch = function (event) { order.push('attribute', String(this === self)); };`,
    },
  );
  t.equal(await json(page, provider.url('/told')), {
    order: ['null', 'true', 'attribute', 'true', 'listener'],
    values: ['function', null, null, null, null],
  });
});

test('1.6 self.onforeignfetch alone answers requests, and false from it is preventDefault()', async t => {
  const { provider, page } = await given(
    t,
    {},
    {
      first: `self.onforeignfetch = event => {
        if (event.request.url.endsWith('/no')) return false;
        if (event.request.url.endsWith('/yes')) event.respondWith(Promise.resolve({ response: new Response('foreign'), origin: event.origin }));
      };`,
    },
  );
  const urls = { yes: provider.url('/yes'), no: provider.url('/no'), other: provider.url('/other') };
  t.equal(await outcomes(page, urls), { yes: 'foreign', no: 'TypeError', other: 'network' });
  t.equal(provider.requests(), ['GET /other']);
});
