// The main job, end to end: a provider's own worker answers a site's requests.
import { ANSWERING_WORKER, givenProvider } from '../fixtures/provider.js';
import { givenSite, ready, seen } from '../fixtures/site.js';
import { test } from '../harness/registry.js';

test('3 a request of a page is answered by the foreign worker, and the server never sees it', async t => {
  const provider = givenProvider(t, ANSWERING_WORKER);
  const site = givenSite(t, { providers: [provider.origin] });
  const page = await site.visit();
  t.equal(await ready(page), { [provider.origin]: 'active' });
  const answer = await seen(page, provider.url('/x'));
  t.equal(typeof answer === 'string' ? answer : answer.text, 'foreign');
  t.equal(provider.requests(), []);
});
