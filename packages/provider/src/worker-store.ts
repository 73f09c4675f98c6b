/**
 * What a foreign worker must still know after it was stopped.
 *
 * Requirements
 * 1. The lists belong to a worker version. `install` writes them as pending, `activate` makes them the active ones; a version that does
 *    not call `registerForeignFetch()` has none. (`self.serviceWorker`, which would name the version, is missing in Firefox 153, 2026-11.)
 * 2. Where storage is not to be had, memory serves until the worker stops.
 */
import { Database } from '@foreign-fetch/storage';
import type { DBSchema } from 'idb';
import { type ForeignFetchLists, NO_LISTS } from './foreign-fetch-options.js';

/** A copy of the provider's host document, served when there is no network. */
export interface StoredDocument {
  readonly body: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
}

interface Versions {
  readonly pending?: ForeignFetchLists;
  readonly active?: ForeignFetchLists;
}

interface Schema extends DBSchema {
  versions: { key: string; value: Versions };
  documents: { key: string; value: StoredDocument };
}

const DOCUMENT_KEY = 'host';

export class WorkerStore {
  readonly #database = new Database<Schema>({
    name: 'foreign-fetch-provider',
    version: 1,
    upgrade: database => {
      database.createObjectStore('versions');
      database.createObjectStore('documents');
    },
  });
  readonly #scope: string;
  #memory: Versions = {};
  #queue: Promise<unknown> = Promise.resolve();
  #document: StoredDocument | undefined;

  /** `scope`: the registration's, the key under which its versions are stored. */
  constructor(scope: string) {
    this.#scope = scope;
  }

  async setPending(lists: ForeignFetchLists): Promise<void> {
    await this.#change(versions => ({ ...versions, pending: lists }));
  }

  /** The pending lists become the active ones; returns them. */
  async promote(): Promise<ForeignFetchLists> {
    const { active } = await this.#change(versions => (versions.pending ? { active: versions.pending } : versions));
    return active ?? NO_LISTS;
  }

  /** Rejects when they cannot be read and this run of the worker has not seen them either. */
  async active(): Promise<ForeignFetchLists> {
    await this.#queue;
    try {
      const versions = await this.#database.use(database => database.get('versions', this.#scope));
      return versions?.active ?? NO_LISTS;
    } catch (error) {
      if (this.#memory.active) return this.#memory.active;
      throw error;
    }
  }

  async document(): Promise<StoredDocument | undefined> {
    try {
      return await this.#database.use(database => database.get('documents', DOCUMENT_KEY));
    } catch {
      return this.#document;
    }
  }

  async setDocument(document: StoredDocument | undefined): Promise<void> {
    this.#document = document;
    try {
      await this.#database.use(async database => {
        if (document) await database.put('documents', document, DOCUMENT_KEY);
        else await database.delete('documents', DOCUMENT_KEY);
      });
    } catch {
      // Memory has it.
    }
  }

  /** One change at a time: what `install` writes last is what counts. */
  #change(change: (versions: Versions) => Versions): Promise<Versions> {
    const result = this.#queue.then(() => this.#apply(change));
    this.#queue = result;
    return result;
  }

  async #apply(change: (versions: Versions) => Versions): Promise<Versions> {
    try {
      return await this.#database.use(async database => {
        const transaction = database.transaction('versions', 'readwrite');
        const before = (await transaction.store.get(this.#scope)) ?? {};
        const after = change(before);
        if (after !== before) await transaction.store.put(after, this.#scope);
        await transaction.done;
        this.#memory = after;
        return after;
      });
    } catch {
      this.#memory = change(this.#memory);
      return this.#memory;
    }
  }
}
