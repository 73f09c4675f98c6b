import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_CHUNK } from './channel-messages.js';
import { fieldsOf, readToShim, readToWorker } from './guards.js';
import { negotiate } from './version.js';

const registration = {
  scope: 'https://a.example/',
  scopes: [],
  allowed: true,
  methods: [],
  headers: [],
  credentials: false,
};
const head = {
  url: 'https://a.example/',
  method: 'GET',
  headers: [['accept', '*/*']],
  mode: 'cors',
  credentials: 'omit',
  cache: 'default',
  redirect: 'follow',
  referrer: '',
  referrerPolicy: '',
  integrity: '',
  keepalive: false,
  destination: '',
  clientId: '',
};

test('every message of the channel is read', () => {
  const answer = {
    kind: 'response',
    head: { status: 200, statusText: '', headers: [], nosniff: false, location: null },
  };
  for (const message of [
    { type: 'hello', version: 1, instance: 'x', registration },
    { type: 'mismatch', range: { min: 1, max: 2 } },
    { type: 'pong' },
    { type: 'alive' },
    { type: 'ack', id: 'x:1' },
    { type: 'answer', id: 'x:1', result: { kind: 'none' }, body: null },
    { type: 'answer', id: 'x:1', result: answer, body: 'stream' },
    { type: 'chunk', id: 'x:1', bytes: new ArrayBuffer(4) },
    { type: 'end', id: 'x:1', size: 4 },
    { type: 'cut', id: 'x:1', reason: 'why' },
  ]) {
    assert.ok(readToShim(message), message.type);
  }
  for (const message of [
    { type: 'ping' },
    { type: 'close' },
    { type: 'request', id: 'x:1', head, body: null },
    { type: 'pull', id: 'x:1', bytes: 1 },
    { type: 'abort', id: 'x:1' },
  ]) {
    assert.ok(readToWorker(message), message.type);
  }
});

test('wrong shapes, states and sizes are refused', () => {
  for (const message of [
    undefined,
    null,
    'hello',
    [],
    {},
    { type: 'toString' },
    { type: '__proto__' },
    { type: 'hello', version: -1, instance: 'x', registration },
    { type: 'hello', version: 1, instance: 'x', registration: { ...registration, scopes: ['x'.repeat(70_000)] } },
    { type: 'answer', id: 'x', result: { kind: 'response', head: {} }, body: null },
    { type: 'answer', id: 'x', result: { kind: 'secret' }, body: null },
    { type: 'chunk', id: 'x', bytes: new ArrayBuffer(MAX_CHUNK + 1) },
    { type: 'chunk', id: 'x', bytes: [1, 2] },
    { type: 'end', id: 'x', size: Number.NaN },
    { type: 'ack', id: 5 },
    { type: 'mismatch', range: { min: 2, max: 1 } },
  ]) {
    assert.equal(readToShim(message), undefined, JSON.stringify(message));
  }
  for (const changed of [
    { mode: 'navigate' },
    { credentials: 'same-origin' },
    { headers: [['a']] },
    { headers: { a: 'b' } },
    { url: 5 },
  ]) {
    assert.equal(readToWorker({ type: 'request', id: 'x', head: { ...head, ...changed }, body: null }), undefined);
  }
});

test('prototype-polluting keys stay without effect', () => {
  const arrived: unknown = structuredClone(JSON.parse('{"__proto__":{"polluted":true},"type":"ping"}'));
  assert.equal(fieldsOf(arrived)?.polluted, undefined);
  assert.deepEqual(readToWorker(arrived)?.type, 'ping');
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});

test('versions: the highest common one, or none', () => {
  assert.equal(negotiate({ min: 1, max: 3 }, { min: 2, max: 5 }), 3);
  assert.equal(negotiate({ min: 1, max: 1 }, { min: 1, max: 1 }), 1);
  assert.equal(negotiate({ min: 1, max: 1 }, { min: 2, max: 5 }), undefined);
});
