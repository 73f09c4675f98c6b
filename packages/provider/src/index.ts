/**
 * Foreign fetch for a provider's service worker. Importing it, on the first line, is all:
 *
 *     importScripts('/foreign-fetch-provider.js');
 *     // or, in a module worker:
 *     import '@foreign-fetch/provider';
 */
import type { ForeignFetchEvent } from './foreign-fetch-event.js';
import type { ForeignFetchOptions } from './foreign-fetch-options.js';
import { type ForeignFetchListener, install } from './install.js';

export type { ForeignFetchEvent, ForeignFetchEventInit, ForeignFetchResponse } from './foreign-fetch-event.js';
export type { ForeignFetchOptions } from './foreign-fetch-options.js';
export type { ForeignFetchListener } from './install.js';

declare global {
  interface ExtendableEvent {
    /**
     * Declares, inside `install`, which requests of other sites this worker version handles (spec.md 2 and 10).
     * @throws TypeError for bad options; InvalidStateError outside the dispatch of `install`. A call that throws changes nothing; a
     * second one replaces the first.
     */
    registerForeignFetch(options: ForeignFetchOptions): void;
  }
  interface ServiceWorkerGlobalScopeEventMap {
    foreignfetch: ForeignFetchEvent;
  }
  interface ServiceWorkerGlobalScope {
    onforeignfetch: ForeignFetchListener;
  }
}

install();
