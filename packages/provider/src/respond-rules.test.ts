// The table of section 5, on the bare function. What a page makes of it: test/cases/spec-5-respond-with.case.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rule } from './respond-rules.js';

const CLIENT = 'https://client.example';
const REQUEST = { url: 'https://api.example/x?y', origin: CLIENT, redirect: 'follow' } as const;

/** A response of a type that no constructor makes. */
function typed(type: ResponseType, more: object = {}): Response {
  return Object.defineProperties(new Response(null), {
    type: { value: type },
    ...Object.fromEntries(Object.entries(more).map(([name, value]) => [name, { value }])),
  });
}

function kind(value: unknown, request: Partial<Parameters<typeof rule>[1]> = {}): string {
  return rule(value, { ...REQUEST, ...request }).result.kind;
}

function reason(value: unknown): string {
  const { result, detail } = rule(value, REQUEST);
  return result.kind === 'error' ? (detail ?? result.reason) : `no error, but ${result.kind}`;
}

test('what is no ForeignFetchResponse is a network error that says why', () => {
  assert.match(reason(undefined), /needs \{ response \}/);
  assert.match(reason(new Response()), /bare Response/);
  assert.match(reason('text'), /must be an object; it is a string/);
  assert.match(reason({ response: null }), /needs \{ response \}/);
  assert.match(
    reason({ response: new Response(), origin: CLIENT, headers: null }),
    /"headers" must be an array of strings; it is null/,
  );
  assert.match(reason({ response: new Response(), origin: CLIENT, headers: ['\u0100'] }), /byte strings/);
  assert.match(reason({ response: new Response(), headers: ['a'] }), /add origin: event\.origin/);
  assert.match(reason({ response: new Response(), origin: `${CLIENT}/` }), /is not the client's origin/);
  assert.match(reason({ response: Response.error(), origin: CLIENT }), /Response\.error/);
  const throwing = {
    get response() {
      throw new RangeError('of a getter');
    },
  };
  assert.match(reason(throwing), /of a getter/);
});

test('what crosses the channel quotes nothing of the answer', () => {
  const secret = {
    response: new Response(),
    get origin(): string {
      throw new Error('token s3cr3t');
    },
  };
  assert.deepEqual(rule(secret, REQUEST).result, {
    kind: 'error',
    reason: 'respondWith() was given no ForeignFetchResponse',
  });
  const other = rule({ response: new Response(), origin: 'https://other.example' }, REQUEST).result;
  assert.doesNotMatch(JSON.stringify(other), /other\.example/);
});

test('the members are read once each, in the order of their names', () => {
  const order: string[] = [];
  const value = new Proxy(
    { response: new Response() },
    {
      get: (target, name) => {
        order.push(String(name));
        return Reflect.get(target, name);
      },
    },
  );
  rule(value, REQUEST);
  assert.deepEqual(order, ['headers', 'origin', 'response']);
});

test('a body that was used or is being read is a network error', async () => {
  const used = new Response('x');
  await used.text();
  assert.equal(kind({ response: used, origin: CLIENT }), 'error');
  const locked = new Response('x');
  locked.body?.getReader();
  assert.equal(kind({ response: locked, origin: CLIENT }), 'error');
});

test('the first match wins: error, headers alone, opaqueredirect, no origin, another origin, opaque', () => {
  assert.equal(kind({ response: typed('error') }), 'error');
  assert.equal(kind({ response: typed('opaqueredirect'), headers: ['a'] }, { redirect: 'manual' }), 'error');
  assert.equal(kind({ response: typed('opaqueredirect') }, { redirect: 'manual' }), 'opaqueredirect');
  assert.equal(kind({ response: typed('opaqueredirect'), origin: CLIENT }, { redirect: 'manual' }), 'opaqueredirect');
  assert.equal(kind({ response: typed('opaqueredirect'), origin: 'x' }, { redirect: 'manual' }), 'error');
  assert.equal(kind({ response: typed('opaqueredirect') }), 'error');
  assert.equal(kind({ response: new Response() }), 'opaque');
  assert.equal(kind({ response: new Response(), headers: [] }), 'opaque');
  assert.equal(kind({ response: typed('opaque'), origin: CLIENT }), 'opaque');
  assert.equal(kind({ response: typed('opaque'), origin: 'x' }), 'error');
  assert.equal(kind({ response: new Response(), origin: CLIENT }), 'response');
});

test('origins are compared as strings: "null" equals "null", nothing is a wildcard, null is "null"', () => {
  const response = () => new Response();
  assert.equal(kind({ response: response(), origin: 'null' }, { origin: 'null' }), 'response');
  assert.equal(kind({ response: response(), origin: null }, { origin: 'null' }), 'response');
  assert.equal(kind({ response: response(), origin: null }), 'error');
  for (const origin of ['*', '', CLIENT.toUpperCase(), `${CLIENT}:443`])
    assert.equal(kind({ response: response(), origin }), 'error');
});

test('an opaque result holds nothing of the response, and its body stays untouched', () => {
  const response = new Response('secret', { status: 203, headers: { 'x-secret': 'y' } });
  assert.deepEqual(rule({ response }, REQUEST), { result: { kind: 'opaque' }, body: null });
  assert.equal(response.bodyUsed || response.body?.locked, false);
});

test('headers: the safelist, what is named, never Set-Cookie, and no coding that was undone already', () => {
  const names = (headers: HeadersInit, exposed: string[] = []) => {
    const { result } = rule({ response: new Response('x', { headers }), origin: CLIENT, headers: exposed }, REQUEST);
    return result.kind === 'response' ? result.head.headers.map(([name]) => name) : result.kind;
  };
  const headers = { 'Content-Type': 'a/b', 'Content-Length': '1', 'X-One': '1', ETag: 'e', 'Set-Cookie': 'a=b' };
  assert.deepEqual(names(headers), ['content-length', 'content-type']);
  assert.deepEqual(names(headers, ['X-ONE', 'set-cookie']), ['content-length', 'content-type', 'x-one']);
  assert.deepEqual(names(headers, ['*']), ['content-length', 'content-type']);
  assert.deepEqual(names({ ...headers, 'Content-Encoding': 'gzip' }, ['content-encoding']), ['content-type']);
});

test('nosniff is carried as a flag, by its first value', () => {
  const nosniff = (value: string) => {
    const { result } = rule(
      { response: new Response('x', { headers: { 'X-Content-Type-Options': value } }), origin: CLIENT },
      REQUEST,
    );
    return result.kind === 'response' && result.head.nosniff;
  };
  assert.deepEqual(['nosniff', ' NoSniff , x', 'x, nosniff', ''].map(nosniff), [true, true, false, false]);
});

test('redirects: what the request takes, and where they lead', () => {
  const made = (location: string) => ({
    response: new Response(null, { status: 307, headers: { location } }),
    origin: CLIENT,
  });
  const { result } = rule(made('../a#b'), REQUEST);
  assert.equal(result.kind === 'response' && result.head.location, 'https://api.example/a#b');
  assert.equal(kind(made('http://[')), 'error');
  assert.equal(kind(made('/a'), { redirect: 'manual' }), 'opaqueredirect');
  assert.equal(kind(made('/a'), { redirect: 'error' }), 'error');
  for (const redirect of ['manual', 'error'] as const) {
    assert.equal(kind({ response: typed('basic', { redirected: true }), origin: CLIENT }, { redirect }), 'error');
  }
});
