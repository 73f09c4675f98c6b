/**
 * What sites embed: <script async src="http://analytics.localhost:8080/analytics.js"></script>. Global `analytics`.
 * It knows nothing of foreign fetch: it sends hits, and is told `sent`, `queued`, or nothing at all.
 */
{
  const { origin } = new URL(document.currentScript.src);
  const loaded = performance.now();
  const log = [];
  const newHit = (type, detail) => ({ id: crypto.randomUUID(), type, detail, at: Date.now() });

  async function deliver(hit) {
    const started = performance.now();
    const result = { type: hit.type, detail: hit.detail, state: 'lost', waiting: null };
    try {
      // A string is sent as text/plain: no preflight.
      const response = await fetch(`${origin}/collect`, { method: 'POST', body: JSON.stringify(hit) });
      if (response.ok) result.state = response.headers.get('X-Hit') ?? 'sent';
      result.waiting = response.headers.get('X-Queue');
    } catch {
      // Nobody answered.
    }
    result.milliseconds = Math.round(performance.now() - started);
    log.push(result);
    dispatchEvent(new CustomEvent('analytics-hit', { detail: result }));
    return result.state;
  }

  window.analytics = { send: (type, detail = '') => deliver(newHit(type, detail)), log };
  window.analytics.send('page view', document.title);

  // The last hit of a page is sent while the page goes away. No answer to it can be seen, and Firefox 153 keeps it from every service
  // worker. So it is remembered as well, and sent once more by the next page; the collector counts an id once.
  const KEY = 'analytics: last hit';
  addEventListener('pagehide', () => {
    const seconds = Math.round((performance.now() - loaded) / 1000);
    const body = JSON.stringify(newHit('leave', `after ${seconds} s`));
    navigator.sendBeacon(`${origin}/collect`, body);
    localStorage.setItem(KEY, body);
  });
  const last = localStorage.getItem(KEY);
  if (last) {
    deliver({ ...JSON.parse(last), repeated: true }).then(state => {
      if (state !== 'lost' && localStorage.getItem(KEY) === last) localStorage.removeItem(KEY);
    });
  }
}
