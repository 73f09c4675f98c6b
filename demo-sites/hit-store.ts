/** The hits that the collector has counted, each once: a hit with a known id is refused. In memory, as the whole demo is. */

/** How many ids are remembered. */
const MAX_IDS = 10_000;
/** How many hits a dashboard that is opened late still sees. */
const MAX_RECENT = 60;

export interface Hit {
  readonly id: string;
  /** Origin of the site, or `unknown`. */
  readonly site: string;
  readonly type: string;
  readonly detail: string;
  /** Milliseconds since the epoch, by the clock of who sent it. */
  readonly at: number;
  readonly outcome: 'live' | 'replayed' | 'duplicate';
  /** Sent once more on purpose, because no answer could be seen: if it is known, all is well. */
  readonly repeated: boolean;
  /** How long a replayed hit had to wait, in milliseconds. */
  readonly waited: number;
}

export interface Totals {
  live: number;
  replayed: number;
  duplicate: number;
}

export class HitStore {
  readonly #ids = new Set<string>();
  #recent: Hit[] = [];
  #sites = new Map<string, Totals>();

  /** Counts the hit, or refuses it as a duplicate. */
  add(hit: Hit): void {
    const known = this.#ids.has(hit.id);
    if (known && hit.repeated) return;
    const counted: Hit = known ? { ...hit, outcome: 'duplicate' } : hit;
    if (!known) this.#remember(hit.id);
    this.#recent = [counted, ...this.#recent].slice(0, MAX_RECENT);
    const totals = this.#sites.get(hit.site) ?? { live: 0, replayed: 0, duplicate: 0 };
    totals[counted.outcome]++;
    this.#sites.set(hit.site, totals);
  }

  /** Forgets what was counted, but not the ids: a replay that comes later is still a duplicate. */
  clear(): void {
    this.#recent = [];
    this.#sites = new Map();
  }

  get state(): { recent: readonly Hit[]; sites: Record<string, Totals> } {
    return { recent: this.#recent, sites: Object.fromEntries(this.#sites) };
  }

  #remember(id: string): void {
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (this.#ids.size > MAX_IDS && oldest !== undefined) this.#ids.delete(oldest);
  }
}
