/** What the shim must still know of its providers after it was stopped. Without storage it starts afresh each time. */
import type { ForeignRegistration, ProviderStatus } from '@foreign-fetch/protocol';
import { Database } from '@foreign-fetch/storage';

export interface StoredProvider {
  readonly origin: string;
  readonly registrations: readonly ForeignRegistration[];
  readonly status: ProviderStatus;
}

interface Schema {
  providers: { key: string; value: StoredProvider };
}

export class SiteStore {
  readonly #database = new Database<Schema & import('idb').DBSchema>({
    name: 'foreign-fetch-site',
    version: 1,
    upgrade: database => {
      database.createObjectStore('providers', { keyPath: 'origin' });
    },
    // A request may be waiting for this.
    deadline: 500,
  });

  async all(): Promise<StoredProvider[]> {
    try {
      return await this.#database.use(database => database.getAll('providers'));
    } catch {
      return [];
    }
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
