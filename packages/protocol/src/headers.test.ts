import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offeredHeaders } from './headers.js';

const offered = (headers: Record<string, string>, allowed: string[] = []) =>
  offeredHeaders(new Headers(headers), allowed);

test('what the browser adds does not count, and does not cross', () => {
  const added = {
    'user-agent': 'x',
    'sec-ch-ua': '"x"',
    'sec-fetch-mode': 'cors',
    origin: 'https://a.example',
    referer: 'https://a.example/',
    dnt: '1',
    priority: 'u=1',
  };
  assert.deepEqual(offered({ ...added, accept: '*/*', 'accept-language': 'de' }), [
    ['accept', '*/*'],
    ['accept-language', 'de'],
  ]);
});

test("cache-control and pragma are an EventSource's own, and nobody else's", () => {
  assert.deepEqual(offered({ accept: 'text/event-stream', 'cache-control': 'no-cache', pragma: 'no-cache' }), [
    ['accept', 'text/event-stream'],
  ]);
  assert.equal(offered({ accept: '*/*', 'cache-control': 'no-cache' }), undefined);
});

test('the CORS safelist', () => {
  assert.ok(offered({ 'content-type': 'text/plain;charset=utf-8' }));
  assert.ok(offered({ 'content-type': 'Application/X-WWW-Form-Urlencoded' }));
  assert.ok(offered({ 'content-type': 'multipart/form-data; boundary=x' }));
  assert.ok(offered({ 'content-language': 'de, en;q=0.5' }));
  assert.equal(offered({ 'content-type': 'application/json' }), undefined);
  assert.equal(offered({ 'content-type': `text/plain;${'x'.repeat(128)}` }), undefined);
  assert.equal(offered({ 'content-type': 'text/plain;x="(y)"' }), undefined);
  assert.equal(offered({ 'content-language': 'de"' }), undefined);
  assert.equal(offered({ 'x-own': '1' }), undefined);
});

test('what the worker names crosses; Range never does', () => {
  assert.deepEqual(offered({ 'x-own': '1', 'content-type': 'application/json' }, ['x-own', 'content-type']), [
    ['content-type', 'application/json'],
    ['x-own', '1'],
  ]);
  assert.equal(offered({ range: 'bytes=0-1' }), undefined);
  assert.equal(offered({ range: 'bytes=0-1' }, ['range']), undefined);
});
