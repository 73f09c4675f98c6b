/**
 * Providers that the policy of our worker's own script forbids. Such a worker cannot fall back to the network for them, so they are not even
 * named to it: while it starts, and does not yet know anything else, it would have to say `respondWith` for what it cannot answer.
 * They are tried again after a day; the site may have changed its policy.
 */
const KEY = 'foreign-fetch-withheld';
const DAY = 24 * 60 * 60 * 1000;

/** Origin and reason of each. */
export function withheldProviders(): ReadonlyMap<string, string> {
  try {
    const entries = Object.entries(
      JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, { until: number; reason: string }>,
    );
    return new Map(
      entries.filter(([, { until }]) => until > Date.now()).map(([origin, { reason }]) => [origin, reason]),
    );
  } catch {
    return new Map();
  }
}

/** Returns whether this could be remembered. */
export function withhold(provider: string, reason: string): boolean {
  try {
    const until = Date.now() + DAY;
    const kept = [...withheldProviders()].map(([origin, why]) => [origin, { until, reason: why }]);
    localStorage.setItem(KEY, JSON.stringify({ ...Object.fromEntries(kept), [provider]: { until, reason } }));
    return true;
  } catch {
    return false;
  }
}
