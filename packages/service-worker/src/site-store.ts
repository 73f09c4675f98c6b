/** What the shim must still know of its providers after it was stopped. Without storage it starts afresh each time. */
import type { ForeignRegistration, ProviderStatus } from '@foreign-fetch/protocol';
import { Database } from '@foreign-fetch/storage';

export interface StoredProvider {
  readonly origin: string;
  readonly registrations: readonly ForeignRegistration[];
  readonly status: ProviderStatus;
}

/** What is known of the site's own pages. */
export interface StoredSite {
  /** Our script is the first thing in them that could block. */
  readonly first: boolean;
}

interface Schema {
  providers: { key: string; value: StoredProvider };
  site: { key: 'site'; value: StoredSite };
}

export class SiteStore {
  readonly #database = new Database<Schema & import('idb').DBSchema>({
    name: 'foreign-fetch-site',
    version: 1,
    upgrade: database => {
      database.createObjectStore('providers', { keyPath: 'origin' });
      database.createObjectStore('site');
    },
    // A request may be waiting for this.
    deadline: 500,
  });

  async read(): Promise<{ providers: StoredProvider[]; site: StoredSite | undefined }> {
    try {
      return await this.#database.use(async database => {
        const transaction = database.transaction(['providers', 'site']);
        const [providers, site] = await Promise.all([
          transaction.objectStore('providers').getAll(),
          transaction.objectStore('site').get('site'),
        ]);
        return { providers, site };
      });
    } catch {
      return { providers: [], site: undefined };
    }
  }

  /** A notice, as the others. */
  saveSite(site: StoredSite): void {
    this.#database.use(database => database.put('site', site, 'site')).catch(() => {});
  }

  /** A notice: nobody waits for it, and nothing depends on it. */
  save(provider: StoredProvider): void {
    this.#database.use(database => database.put('providers', provider)).catch(() => {});
  }

  /** A notice, too. */
  remove(origin: string): void {
    this.#database.use(database => database.delete('providers', origin)).catch(() => {});
  }
}
