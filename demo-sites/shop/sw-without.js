// The shop's service worker without foreign fetch, for comparison: what runs at /?polyfill=off.
importScripts('/page-cache.js');
