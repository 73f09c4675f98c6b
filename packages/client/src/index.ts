/** Foreign fetch for a site's pages, as a module. The script tag, `foreign-fetch.js`, does the same with its attributes. */
import { ForeignFetch, type ForeignFetchOptions } from './foreign-fetch.js';

export type { ProviderState, ProviderStatus } from '@foreign-fetch/protocol';
export { ForeignFetch, type ForeignFetchOptions, StateChangeEvent } from './foreign-fetch.js';
export type { SiteState, SiteStatus } from './site-status.js';

/** Registers the site's service worker and connects it with the providers. @throws TypeError for an entry that is no origin. */
export function startForeignFetch(options: ForeignFetchOptions): ForeignFetch {
  const foreignFetch = new ForeignFetch(options);
  void foreignFetch.start();
  return foreignFetch;
}
