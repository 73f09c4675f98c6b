/**
 * A first form of an offline queue: hits wait in IndexedDB until the collector has acknowledged them. Global `hitQueue`.
 *
 * 1. A hit is stored before it is sent, so that it outlives this worker, the page and the browser.
 * 2. It keeps its id for ever. An answer that got lost makes it come twice, and the collector refuses the second.
 * 3. No hit is in two requests at once, and a replay stops at the first that fails: the server is still away.
 *
 * Not here yet: leases for several instances, back-off, limits, Background Sync.
 */
self.hitQueue = (() => {
  const STORE = 'hits';
  /** How long a site waits for "sent"; then it is told "queued", and the hit may still arrive a moment later. */
  const PATIENCE = 2000;
  const inFlight = new Set();
  /** Those whose site has not been told yet what became of them: they do not wait, they are just being sent. */
  const fresh = new Set();
  let replaying;

  async function inStore(mode, work) {
    const database = await idb.openDB('analytics', 1, {
      upgrade: database => void database.createObjectStore(STORE, { keyPath: 'id' }),
    });
    try {
      const transaction = database.transaction(STORE, mode);
      const [result] = await Promise.all([work(transaction.store), transaction.done]);
      return result;
    } finally {
      database.close();
    }
  }

  /** Whether the collector has it now. */
  async function send(hit, replayed) {
    inFlight.add(hit.id);
    try {
      const response = await fetch('/collect', { method: 'POST', body: JSON.stringify({ ...hit, replayed }) });
      if (response.status === 400) console.warn('[analytics] The collector refuses this hit:', hit);
      else if (!response.ok) return false;
      await inStore('readwrite', store => store.delete(hit.id));
      return true;
    } catch {
      return false;
    } finally {
      inFlight.delete(hit.id);
    }
  }

  async function replayAll() {
    const hits = await inStore('readonly', store => store.getAll());
    for (const hit of hits.sort((one, other) => one.at - other.at)) {
      if (!inFlight.has(hit.id) && !(await send(hit, true))) return;
    }
  }

  return {
    /** Takes over a hit. Resolves with `sent` or `queued`; `delivery` is done when the attempt to send it is. */
    async add(hit) {
      // From here on: a replay that runs already must not pick it up.
      inFlight.add(hit.id);
      fresh.add(hit.id);
      try {
        await inStore('readwrite', store => store.put(hit));
      } catch (error) {
        inFlight.delete(hit.id);
        fresh.delete(hit.id);
        throw error;
      }
      const delivery = send(hit, false);
      const late = new Promise(resolve => setTimeout(resolve, PATIENCE, false));
      const sent = await Promise.race([delivery, late]);
      fresh.delete(hit.id);
      return { state: sent ? 'sent' : 'queued', delivery };
    },

    /** Sends what waits, oldest first. One run at a time. */
    replay() {
      replaying ??= replayAll()
        .catch(error => console.warn('[analytics] The queue could not be replayed:', error))
        .finally(() => {
          replaying = undefined;
        });
      return replaying;
    },

    /** How many hits wait. */
    async size() {
      const ids = await inStore('readonly', store => store.getAllKeys());
      return ids.filter(id => !fresh.has(id)).length;
    },
  };
})();
