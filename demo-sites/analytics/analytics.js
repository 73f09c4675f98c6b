/**
 * What sites embed: <script async src="http://analytics.localhost:8080/analytics.js"></script>. Global `analytics`.
 * It knows nothing of foreign fetch: it sends hits, and is told `sent`, `queued`, or nothing at all.
 */
{
  const { origin } = new URL(document.currentScript.src);
  const loaded = performance.now();
  const log = [];
  const toHit = (type, detail) => JSON.stringify({ id: crypto.randomUUID(), type, detail, at: Date.now() });

  async function send(type, detail = '') {
    const started = performance.now();
    const result = { type, detail, state: 'lost', answeredBy: null, waiting: null };
    try {
      // A string is sent as text/plain: no preflight.
      const response = await fetch(`${origin}/collect`, { method: 'POST', body: toHit(type, detail) });
      if (response.ok) result.state = response.headers.get('X-Hit') ?? 'sent';
      result.answeredBy = response.headers.get('X-Answered-By');
      result.waiting = response.headers.get('X-Queue');
    } catch {
      // Nobody answered.
    }
    result.milliseconds = Math.round(performance.now() - started);
    log.push(result);
    dispatchEvent(new CustomEvent('analytics-hit', { detail: result }));
  }

  addEventListener('pagehide', () => {
    const seconds = Math.round((performance.now() - loaded) / 1000);
    navigator.sendBeacon(`${origin}/collect`, toHit('leave', `after ${seconds} s`));
  });

  window.analytics = { send, log };
  send('page view', document.title);
}
