// The shop had a service worker already. These two lines put foreign fetch into it.
importScripts('/foreign-fetch-mixin.js');
enableForeignFetch({ providers: ['http://random.localhost:8080', 'http://analytics.localhost:8080'] });

importScripts('/page-cache.js');
