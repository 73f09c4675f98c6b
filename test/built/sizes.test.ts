// What a user's page or worker pays, compressed. A budget is raised with a reason, here.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

/** Kilobytes of 1000 bytes, gzip at its best. */
const BUDGETS: Record<string, number> = {
  // 6 since 2026-11-21: an open page tries again by itself, a site's own registration is awaited, and providers that the worker may not
  // reach are withheld from it. The texts of the states are a third of it: they are what a site owner has when something is wrong.
  'client/dist/foreign-fetch.js': 6,
  'host/dist/foreign-fetch-host.js': 2,
  // Both workers carry idb (1.6 KB): the browser stops them at any time, and they must still know what they knew.
  // 11 since 2026-11-21: redirects followed safely, channels that retire instead of dying, clients that are not waited for twice.
  'service-worker/dist/foreign-fetch-sw.js': 11,
  'service-worker/dist/foreign-fetch-mixin.js': 11,
  'provider/dist/foreign-fetch-provider.js': 10,
  // workbox-routing's Router and routes.
  'provider/dist/foreign-fetch-router.js': 1.5,
};

for (const [file, budget] of Object.entries(BUDGETS)) {
  test(`${file} is at most ${budget} KB`, () => {
    const size = gzipSync(readFileSync(new URL(`../../../packages/${file}`, import.meta.url)), { level: 9 }).length;
    assert.ok(size <= budget * 1000, `${file} has ${size} bytes`);
  });
}
