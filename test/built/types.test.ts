// The built declarations, as a user compiles them: strict, with nothing skipped, and with only the lib of their realm.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const packages = join(dirname(fileURLToPath(import.meta.url)), '../../../packages');

const USES: { file: string; lib: string; use: string }[] = [
  {
    file: 'client/dist/foreign-fetch',
    lib: 'dom',
    use: `const foreignFetch: types.ForeignFetch = types.startForeignFetch({ providers: ['https://api.example'] });
      export const state: types.ProviderState | undefined = foreignFetch.providers.get('https://api.example')?.state;`,
  },
  {
    file: 'service-worker/dist/foreign-fetch-sw',
    lib: 'webworker',
    use: `types.enableForeignFetch({ providers: ['https://api.example'] });`,
  },
  {
    file: 'provider/dist/foreign-fetch-provider',
    lib: 'webworker',
    use: `declare const sw: ServiceWorkerGlobalScope;
      sw.addEventListener('install', event => event.registerForeignFetch({ scopes: ['/'], origins: ['*'], methods: ['PUT'] }));
      sw.addEventListener('foreignfetch', event => {
        const { request, origin }: types.ForeignFetchEvent = event;
        event.respondWith(fetch(request).then(response => ({ response, origin, headers: ['etag'] })));
      });
      sw.onforeignfetch = event => event.respondWith({ response: new Response(event.clientId) });
      // @ts-expect-error a bare Response is not a ForeignFetchResponse
      sw.onforeignfetch = event => event.respondWith(new Response());
      // @ts-expect-error origins are required
      sw.addEventListener('install', event => event.registerForeignFetch({ scopes: ['/'] }));`,
  },
  {
    file: 'provider/dist/foreign-fetch-router',
    lib: 'webworker',
    use: `const router = new types.Router();
      router.registerRoute(new types.Route(({ url }) => url.pathname === '/', async () => new Response()));
      types.addForeignFetchRouter(router, { headers: ['etag'] });`,
  },
  {
    file: 'server/dist/foreign-fetch-server',
    lib: 'dom',
    use: `export const answer: Response | undefined = types.foreignFetchHandler([{ script: '/worker.js' }])(new Request('https://api.example/'));`,
  },
];

for (const { file, lib, use } of USES) {
  test(`${file}.d.ts compiles with lib ${lib} alone`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'foreign-fetch-types-'));
    try {
      const user = join(folder, 'user.ts');
      writeFileSync(user, `import * as types from '${join(packages, file)}.js';\n${use}\n`);
      const program = ts.createProgram([user], {
        lib: ['lib.es2023.d.ts', `lib.${lib}.d.ts`, `lib.${lib}.iterable.d.ts`],
        types: [],
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true,
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
      });
      const messages = ts
        .getPreEmitDiagnostics(program)
        .map(
          ({ file: where, messageText }) => `${where?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
        );
      assert.deepEqual(messages, []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
