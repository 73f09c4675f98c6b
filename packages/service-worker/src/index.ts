/** Foreign fetch for a site's own service worker. Without one, the script tag brings `foreign-fetch-sw.js`, which is this and nothing else. */
export { enableForeignFetch } from './enable.js';
export type { SiteOptions } from './site-options.js';
