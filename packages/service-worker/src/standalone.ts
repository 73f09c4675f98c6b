/** The service worker of a site that has no other: registered by the script tag, which puts the options into the script's URL. */
import { sw } from './global.js';
import { enableForeignFetch } from './index.js';
import { optionsFromUrl } from './site-options.js';

sw.addEventListener('install', event => event.waitUntil(sw.skipWaiting()));
sw.addEventListener('activate', event => event.waitUntil(sw.clients.claim()));
enableForeignFetch(optionsFromUrl(sw.location.href));
