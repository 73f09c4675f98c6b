/** Gives this service worker foreign fetch: the API of spec.md 1, and the listeners behind it. */
import { fieldsOf, isText, isVersionRange } from '@foreign-fetch/protocol';
import { patchRequestAndFetch } from './event-request.js';
import { ForeignFetchEvent } from './foreign-fetch-event.js';
import { checkOptions, convertOptions, type ForeignFetchLists, NO_LISTS } from './foreign-fetch-options.js';
import { ForeignWorker } from './foreign-worker.js';
import { sw } from './global.js';
import { answerHostRequest, isHostRequest, storeHostDocument } from './host-document.js';
import { WorkerStore } from './worker-store.js';

export type ForeignFetchListener = ((this: ServiceWorkerGlobalScope, event: ForeignFetchEvent) => unknown) | null;

export function install(): void {
  if (!('registration' in sw)) {
    throw new Error(
      '[foreign-fetch] The provider script belongs into a service worker; import it on the first line of yours.',
    );
  }
  const store = new WorkerStore(sw.registration.scope);
  const worker = new ForeignWorker(store);
  patchRequestAndFetch();
  defineInterface(store);
  defineHandlerAttribute();

  sw.addEventListener('install', event => {
    // An event that a script made installs nothing.
    if (!event.isTrusted) return;
    // A version that does not call registerForeignFetch() has no lists, whatever its predecessor had.
    event.waitUntil(store.setPending(NO_LISTS));
    event.waitUntil(storeHostDocument(store));
  });
  sw.addEventListener('activate', event => {
    if (!event.isTrusted) return;
    const lists = store.promote();
    worker.lists = lists;
    event.waitUntil(lists);
  });
  sw.addEventListener('fetch', event => {
    if (!isHostRequest(event.request)) return;
    event.respondWith(answerHostRequest(store, promise => event.waitUntil(promise)));
    event.stopImmediatePropagation();
  });
  sw.addEventListener('message', event => {
    const message = fieldsOf(event.data);
    if (message?.foreignFetch === undefined) return;
    event.stopImmediatePropagation();
    // Only clients of this worker's own origin can send these; the origin they name was attested to them by the browser.
    worker.lifetime.adopt(event);
    const [port] = event.ports;
    if (message.foreignFetch === 'channel' && port && isText(message.origin) && isVersionRange(message.range)) {
      event.waitUntil(worker.connect(port, message.origin).greet(message.range));
    }
  });
  sw.registration.addEventListener('updatefound', () => worker.lifetime.letGo());
}

function defineInterface(store: WorkerStore): void {
  // Chromium 156 has an InstallEvent of its own (for addRoutes); Firefox 153 and WebKitGTK 2.50 fire a plain ExtendableEvent.
  const { InstallEvent = ExtendableEvent } = sw as unknown as { InstallEvent?: typeof ExtendableEvent };
  const registerForeignFetch = function registerForeignFetch(this: ExtendableEvent, options: unknown): void {
    const converted = convertOptions(options);
    if (this.type !== 'install' || this.eventPhase === 0) {
      throw new DOMException(
        'registerForeignFetch() belongs into the install listener itself, before any await.',
        'InvalidStateError',
      );
    }
    const lists: ForeignFetchLists = checkOptions(converted, sw.location.href, sw.registration.scope);
    // `waitUntil()` refuses an event that a script made: nothing may have changed by then.
    let begin = (_: Promise<void>): void => {};
    this.waitUntil(
      new Promise<void>(resolve => {
        begin = resolve;
      }),
    );
    begin(store.setPending(lists));
  };
  Object.defineProperty(InstallEvent.prototype, 'registerForeignFetch', {
    value: registerForeignFetch,
    configurable: true,
    enumerable: true,
    writable: true,
  });
  Object.defineProperty(sw, 'ForeignFetchEvent', { value: ForeignFetchEvent, configurable: true, writable: true });
}

/** `self.onforeignfetch`: an event handler attribute, which keeps its place among the listeners when it is replaced. */
function defineHandlerAttribute(): void {
  let handler: ForeignFetchListener = null;
  let listening = false;
  const call = (event: Event): void => {
    if (typeof handler !== 'function') return;
    const result = handler.call(sw, event as ForeignFetchEvent);
    if (result === false) event.preventDefault();
  };
  Object.defineProperty(sw, 'onforeignfetch', {
    configurable: true,
    enumerable: true,
    get: () => handler,
    set: (value: unknown) => {
      // Web IDL ("LegacyTreatNonObjectAsNull"): an object that cannot be called is kept, and not called.
      handler = typeof value === 'function' || typeof value === 'object' ? (value as ForeignFetchListener) : null;
      if (handler === null) {
        sw.removeEventListener('foreignfetch', call);
        listening = false;
      } else if (!listening) {
        sw.addEventListener('foreignfetch', call);
        listening = true;
      }
    },
  });
  if (__DEV__) warnOfCapitalF();
}

function warnOfCapitalF(): void {
  const add = sw.addEventListener;
  sw.addEventListener = function addEventListener(this: EventTarget, type: string, ...rest: [never, never?]): void {
    if (type === 'foreignFetch')
      console.warn('[foreign-fetch] The event is called "foreignfetch", without a capital letter.');
    (add as (...args: unknown[]) => void).call(sw, type, ...rest);
  } as typeof add;
}
