/**
 * An IndexedDB handle that may be lost at any time.
 * 1. Browsers close connections under us (Safari on suspend, eviction, "clear site data"), so the handle is reopened, once per operation,
 *    on `InvalidStateError`, and forgotten when the browser says that it is gone.
 * 2. We never block another version's upgrade: an open handle closes when asked.
 * 3. Every operation has a deadline. A stuck database must not hold up a request.
 * 4. Every storage call may throw (blocked cookies, private modes, quota): callers decide what to do without it.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';

export interface DatabaseOptions<Schema extends DBSchema> {
  readonly name: string;
  readonly version: number;
  readonly upgrade: (database: IDBPDatabase<Schema>) => void;
  /** Milliseconds for one operation, opening included. Default 2000. */
  readonly deadline?: number;
}

export class Database<Schema extends DBSchema> {
  readonly #options: DatabaseOptions<Schema>;
  #handle: Promise<IDBPDatabase<Schema>> | undefined;

  constructor(options: DatabaseOptions<Schema>) {
    this.#options = options;
  }

  /** Runs `work` on an open handle. Rejects when storage is not to be had, fails, or takes too long. */
  async use<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const fail = () => {
        this.#handle = undefined;
        reject(new DOMException(`IndexedDB "${this.#options.name}" did not answer in time`, 'TimeoutError'));
      };
      timer = setTimeout(fail, this.#options.deadline ?? 2000);
    });
    try {
      return await Promise.race([this.#attempt(work), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #attempt<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#open());
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'InvalidStateError') throw error;
      this.#handle = undefined;
      return work(await this.#open());
    }
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    if (this.#handle) return this.#handle;
    const forget = () => {
      if (this.#handle === handle) this.#handle = undefined;
    };
    const { name, version, upgrade } = this.#options;
    const handle = openDB<Schema>(name, version, {
      upgrade: database => upgrade(database),
      blocking: (_current, _blocked, event) => {
        (event.target as IDBDatabase).close();
        forget();
      },
      terminated: forget,
    });
    handle.catch(forget);
    this.#handle = handle;
    return handle;
  }
}
