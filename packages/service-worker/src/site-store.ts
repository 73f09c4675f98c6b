/** What the shim must still know of its providers after it was stopped. Without storage it starts afresh each time. */
import type { ForeignRegistration, ProviderStatus } from '@foreign-fetch/protocol';
import { Database } from '@foreign-fetch/storage';
import type { DBSchema, IDBPDatabase } from 'idb';

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

interface Schema extends DBSchema {
  providers: { key: string; value: StoredProvider };
  site: { key: 'site'; value: StoredSite };
}

export class SiteStore {
  readonly #database = new Database<Schema>({
    name: 'foreign-fetch-site',
    version: 1,
    upgrade: database => {
      database.createObjectStore('providers', { keyPath: 'origin' });
      database.createObjectStore('site');
    },
    // A request may be waiting for this.
    deadline: 1000,
  });
  #isReadable = true;

  /** Once it could not be read, nothing is written: it would erase what is known better. */
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
      this.#isReadable = false;
      return { providers: [], site: undefined };
    }
  }

  /** A notice, as the others. */
  saveSite(site: StoredSite): void {
    this.#write(database => database.put('site', site, 'site'));
  }

  /** A notice: nobody waits for it, and nothing depends on it. */
  save(provider: StoredProvider): void {
    this.#write(database => database.put('providers', provider));
  }

  #write(work: (database: IDBPDatabase<Schema>) => Promise<unknown>): void {
    if (this.#isReadable) this.#database.use(work).catch(() => {});
  }
}
