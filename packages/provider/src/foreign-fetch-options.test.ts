// Sections 2 and 10, on the bare functions. In a worker: test/cases/spec-2-register.case.ts and spec-10-beyond.case.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkOptions, convertOptions, type ForeignFetchLists } from './foreign-fetch-options.js';

const SCRIPT = 'https://api.example/lib/worker.js';
const SCOPE = 'https://api.example/lib/';

function lists(options: object): ForeignFetchLists {
  return checkOptions(convertOptions({ scopes: ['./'], origins: ['*'], ...options }), SCRIPT, SCOPE);
}

function refuses(options: object, pattern: RegExp): void {
  assert.throws(() => lists(options), { name: 'TypeError', message: pattern });
}

test('members are read once each, in the order of their names', () => {
  const order: string[] = [];
  const options = new Proxy(
    { scopes: [], origins: [] },
    {
      get: (target, name) => {
        order.push(String(name));
        return Reflect.get(target, name);
      },
    },
  );
  convertOptions(options);
  assert.deepEqual(order, ['credentials', 'headers', 'methods', 'origins', 'scopes']);
});

test("scopes become absolute, against the script, and stay inside the registration's", () => {
  assert.deepEqual(lists({ scopes: ['a', '/lib/b?c', SCOPE, './x/../d'] }).scopes, [
    `${SCOPE}a`,
    `${SCOPE}b?c`,
    SCOPE,
    `${SCOPE}d`,
  ]);
  refuses(
    { scopes: ['/'] },
    /https:\/\/api\.example\/ is outside the worker's own scope https:\/\/api\.example\/lib\//,
  );
  refuses({ scopes: ['../library/'] }, /outside/);
  refuses({ scopes: ['http://api.example/lib/'] }, /outside/);
  refuses({ scopes: ['http://['] }, /not a URL/);
  refuses({ scopes: [] }, /"scopes" is empty/);
});

test("origins become serialized origins; ['*'] is the empty list", () => {
  assert.deepEqual(lists({ origins: ['*'] }).origins, []);
  assert.deepEqual(lists({ origins: ['https://A.example:443/x/?y', 'http://b.example:81'] }).origins, [
    'https://a.example',
    'http://b.example:81',
  ]);
  refuses({ origins: [] }, /"origins" is empty; write \['\*'\]/);
  refuses({ origins: ['*', '*'] }, /stands alone/);
  for (const origin of ['a.example', '/x', 'null', 'data:,x', 'file:///x', ''])
    refuses({ origins: [origin] }, /is not an origin; write it with its scheme/);
});

test('methods and headers are checked and normalized as Fetch does', () => {
  assert.deepEqual(lists({ methods: ['put', 'Delete', 'patch', 'PATCH', 'x-own'] }).methods, [
    'PUT',
    'DELETE',
    'patch',
    'PATCH',
    'x-own',
  ]);
  assert.deepEqual(lists({ headers: ['If-Match', 'X-A'] }).headers, ['if-match', 'x-a']);
  for (const method of ['CONNECT', 'trace', 'Track', 'a b', '']) refuses({ methods: [method] }, /is not a method/);
  for (const header of ['a b', 'a:', '']) refuses({ headers: [header] }, /is not the name of a header/);
});

test('credentials need named origins', () => {
  assert.equal(lists({ credentials: true, origins: ['https://a.example'] }).credentials, true);
  assert.equal(lists({ credentials: 0 }).credentials, false);
  refuses({ credentials: true }, /needs named origins/);
});
