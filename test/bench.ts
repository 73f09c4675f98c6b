/**
 * `npm run bench`: what a small answer costs through a foreign worker, beside what the same page pays for a constant answer of the site's
 * own service worker, a hit in the Cache API, and the network. Taken alternately in one run and given as ratios: these machines are noisy.
 */
import { parseArgs } from 'node:util';
import { built, givenProvider } from './fixtures/provider.js';
import { givenSite } from './fixtures/site.js';
import { TestContext } from './harness/context.js';
import type { EngineName } from './harness/engine.js';
import { ENGINES } from './harness/engines/index.js';
import { ensureBrowsers } from './harness/install.js';
import { killEverythingAtExit } from './harness/processes.js';
import { startServer } from './harness/server.js';

const KINDS = ['constant', 'foreign', 'cache', 'network'] as const;
type Kind = (typeof KINDS)[number];

const ROUNDS = 60;
/** Requests in a row for one sample: Firefox and WebKit round the clock to a millisecond. */
const BATCH = 10;
const TARGET = 1.25;

export interface BenchResult {
  readonly engine: EngineName;
  readonly version: string;
  readonly unit: 'ms';
  readonly rounds: number;
  /** Median and 90th percentile of one request, and the median as a multiple of the baseline's. */
  readonly results: Record<Kind, { median: number; p90: number; ratio: number }>;
  readonly baseline: Kind;
  readonly target: { kind: Kind; ratio: number };
}

const FOREIGN_WORKER = `
  addEventListener('install', event => event.registerForeignFetch({ scopes: ['/foreign'], origins: ['*'] }));
  addEventListener('foreignfetch', event => {
    event.respondWith(Promise.resolve({ response: new Response('hello'), origin: event.origin }));
  });`;

const siteWorker = (provider: string) => `
  importScripts('/foreign-fetch-mixin.js');
  enableForeignFetch({ providers: ['${provider}'] });
  addEventListener('install', event => event.waitUntil((async () => {
    await (await caches.open('bench')).put('${provider}/cache', new Response('hello'));
    await skipWaiting();
  })()));
  addEventListener('activate', event => event.waitUntil(clients.claim()));
  addEventListener('fetch', event => {
    if (event.request.url === '${provider}/constant') event.respondWith(new Response('hello'));
    if (event.request.url === '${provider}/cache') event.respondWith(caches.match(event.request));
  });`;

async function measure(name: EngineName): Promise<BenchResult> {
  const engine = ENGINES[name];
  const browser = await engine.launch();
  const server = await startServer();
  const t = new TestContext(engine, browser, server);
  try {
    const provider = givenProvider(t, FOREIGN_WORKER, {
      server: () => ({ headers: { 'access-control-allow-origin': '*' }, body: 'hello' }),
    });
    const site = givenSite(t, { providers: [provider.origin], ownWorker: siteWorker(provider.origin) });
    const script = { 'content-type': 'text/javascript' };
    provider.host.routes.set('/foreign-fetch-provider.js', {
      headers: script,
      body: built('provider', 'foreign-fetch-provider.js'),
    });
    site.host.routes.set('/foreign-fetch.js', { headers: script, body: built('client', 'foreign-fetch.js') });
    site.host.routes.set('/foreign-fetch-mixin.js', {
      headers: script,
      body: built('service-worker', 'foreign-fetch-mixin.js'),
    });
    const page = await site.open();
    page.timeout = 120_000;
    const samples = await page.evaluate(
      async (origin: string, kinds: readonly string[], rounds: number, batch: number) => {
        const taken: Record<string, number[]> = Object.fromEntries(kinds.map(kind => [kind, []]));
        for (let round = -5; round < rounds; round++) {
          for (let turn = 0; turn < kinds.length; turn++) {
            const kind = kinds[(turn + Math.abs(round)) % kinds.length] as string;
            const start = performance.now();
            for (let count = 0; count < batch; count++) {
              const response = await fetch(`${origin}/${kind}`).catch((error: Error) => {
                throw new Error(`${kind} in round ${round}: ${error.message}`);
              });
              if ((await response.text()) !== 'hello') throw new Error(`${kind} answered something else`);
            }
            // The first rounds warm up.
            if (round >= 0) taken[kind]?.push((performance.now() - start) / batch);
          }
        }
        return taken;
      },
      provider.origin,
      KINDS,
      ROUNDS,
      BATCH,
    );
    const asked = provider.requests().filter(line => line !== 'GET /network');
    if (asked.length > 0)
      throw new Error(`the server was asked for ${asked[0]}: the foreign worker did not answer everything`);
    return summarize(name, browser.version, samples as Record<Kind, number[]>);
  } finally {
    await t.end();
    await browser.close();
    await server.close();
  }
}

function summarize(engine: EngineName, version: string, samples: Record<Kind, number[]>): BenchResult {
  const at = (kind: Kind, part: number) =>
    [...samples[kind]].sort((a, b) => a - b)[Math.floor(samples[kind].length * part)] ?? Number.NaN;
  const baseline = at('constant', 0.5);
  const round = (value: number) => Math.round(value * 100) / 100;
  const results = Object.fromEntries(
    KINDS.map(kind => [
      kind,
      { median: round(at(kind, 0.5)), p90: round(at(kind, 0.9)), ratio: round(at(kind, 0.5) / baseline) },
    ]),
  ) as BenchResult['results'];
  return {
    engine,
    version,
    unit: 'ms',
    rounds: ROUNDS,
    results,
    baseline: 'constant',
    target: { kind: 'foreign', ratio: TARGET },
  };
}

function print({ engine, version, results }: BenchResult): void {
  console.log(`\n${engine} (${version}): one small answer, milliseconds`);
  for (const [kind, { median, p90, ratio }] of Object.entries(results)) {
    const note = kind === 'foreign' ? `   target ${TARGET}` : '';
    console.log(
      `  ${kind.padEnd(9)} median ${median.toFixed(2).padStart(6)}   p90 ${p90.toFixed(2).padStart(6)}   ${ratio.toFixed(2)} times constant${note}`,
    );
  }
}

const { values } = parseArgs({ options: { engine: { type: 'string' }, json: { type: 'boolean', default: false } } });
const names = (values.engine?.split(',') ?? Object.keys(ENGINES)) as EngineName[];
const unknown = names.find(name => !(name in ENGINES));
if (unknown !== undefined) {
  console.error(`--engine ${unknown}: give chromium, firefox, webkit, or several with commas.`);
  process.exit(2);
}
killEverythingAtExit();
const missing = await ensureBrowsers(names.map(name => ENGINES[name]));
for (const name of names) {
  const reason = missing.find(entry => entry.name === name)?.reason;
  if (reason) {
    console.error(`skip ${name}: ${reason}`);
    continue;
  }
  const result = await measure(name);
  if (values.json) console.log(JSON.stringify(result));
  else print(result);
}
process.exit(0);
