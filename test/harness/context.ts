import assert from 'node:assert/strict';
import { DeadlineError, pause } from './deadline.js';
import type { Browser, Engine, EngineName, LaunchOptions, Page } from './engine.js';
import { DocumentReplacedError } from './page-call.js';
import { removeDirectory, temporaryDirectory } from './processes.js';
import type { Handler, TestServer, VirtualHost } from './server.js';

export class SkipError extends Error {
  override name = 'SkipError';
}

let lastId = 0;
// Two runs may share a persistent profile, so that ids differ between runs too.
const run = Date.now().toString(36).slice(-4);

/** What a test has in its hands. */
export class TestContext {
  readonly engine: EngineName;
  /** Short, unique for each test and run, fit for host names. */
  readonly id = `${run}${(++lastId).toString(36)}`;
  /** The shared server; hosts that are added through it are removed at the end of the test. */
  readonly server: TestServer;
  /** @internal For the report of a failure. */
  readonly hosts: VirtualHost[] = [];
  /** @internal For the report of a failure. */
  readonly pages: Page[] = [];
  readonly #cleanups: (() => unknown)[] = [];
  readonly #engine: Engine;
  #ended = false;

  constructor(
    engine: Engine,
    readonly browser: Browser,
    server: TestServer,
  ) {
    this.engine = engine.name;
    this.#engine = engine;
    this.server = {
      port: server.port,
      origin: host => server.origin(host),
      host: (name, handler) => {
        const host = server.host(name, handler);
        this.hosts.push(host);
        this.cleanup(() => server.remove(host.name));
        return host;
      },
      remove: name => server.remove(name),
      close: async () => {
        throw new Error('The server belongs to the run: a test closes its own only.');
      },
    };
  }

  /**
   * A host that is a site of its own: `<name>-<id>.localhost`. The id stands in the first label because the browsers'
   * notion of a site ends there: `<name>.<id>.localhost` would make all hosts of a test the same site.
   */
  site(name: string, handler?: Handler): VirtualHost {
    return this.server.host(`${name}-${this.id}.localhost`, handler);
  }

  /** A new page, closed at the end of the test. */
  async page(browser: Browser = this.browser): Promise<Page> {
    const page = await browser.newPage();
    this.pages.push(page);
    this.cleanup(() => page.close());
    return page;
  }

  /** A browser of the test's own, closed at its end. */
  async launch(options?: LaunchOptions): Promise<Browser> {
    const browser = await this.#engine.launch(options);
    this.cleanup(() => browser.close());
    return browser;
  }

  /** An empty directory, removed at the end of the test: a profile that survives a browser. */
  directory(): string {
    const directory = temporaryDirectory('test');
    this.cleanup(() => removeDirectory(directory));
    return directory;
  }

  /** Runs at the end of the test, the last one first; at once if the test has ended while something was starting. */
  cleanup(fn: () => unknown): void {
    if (this.#ended) void Promise.resolve(fn()).catch(() => {});
    else this.#cleanups.push(fn);
  }

  equal(actual: unknown, expected: unknown, message?: string): void {
    try {
      assert.deepStrictEqual(actual, expected);
    } catch (error) {
      if (message && error instanceof Error) error.message = `${message}\n${error.message}`;
      throw error;
    }
  }

  /** Returns the value, narrowed: an assertion signature would demand a type annotation of `t` in every test. */
  ok<T>(value: T, message: string): NonNullable<T> {
    assert.ok(value, message);
    return value as NonNullable<T>;
  }

  match(actual: string, pattern: RegExp, message?: string): void {
    const prefix = message ? `${message}: ` : '';
    assert.ok(pattern.test(actual), `${prefix}${JSON.stringify(actual)} does not match ${pattern}`);
  }

  /**
   * Polls until `fn` gives something truthy, and returns that. Errors of `fn` pass through at once, except that a page
   * navigated while it was asked: that is "not yet".
   */
  async until<T>(
    fn: () => T | Promise<T>,
    { timeout = 5000, message = 'the condition' }: { timeout?: number; message?: string } = {},
  ): Promise<NonNullable<T>> {
    const end = Date.now() + timeout;
    for (;;) {
      const value = await asked(fn);
      if (value) return value;
      if (this.#ended || Date.now() > end) {
        throw new DeadlineError(
          `until: ${message} did not come true within ${timeout} ms; last value: ${JSON.stringify(value)}`,
        );
      }
      await pause(20);
    }
  }

  skip(reason: string): never {
    throw new SkipError(reason);
  }

  /** @internal Returns what failed. */
  async end(): Promise<unknown[]> {
    this.#ended = true;
    const failures: unknown[] = [];
    for (const cleanup of this.#cleanups.reverse()) {
      try {
        await cleanup();
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }
}

async function asked<T>(fn: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await fn();
  } catch (error) {
    if (error instanceof DocumentReplacedError) return undefined;
    throw error;
  }
}
