import { SkipError, TestContext } from './context.js';
import { withDeadline } from './deadline.js';
import type { Browser, Engine } from './engine.js';
import { PageClosedError } from './page-call.js';
import type { TestCase } from './registry.js';
import { describeFailure, type Report } from './report.js';
import { startServer, type TestServer } from './server.js';

const TEST_TIMEOUT = 30_000;
const CLEANUP_TIMEOUT = 20_000;

/** Runs tests in one engine, with one browser for all of them unless it dies. */
export class EngineRun {
  readonly #engine: Engine;
  readonly #report: Report;
  #browser: Promise<Browser> | undefined;

  constructor(engine: Engine, report: Report) {
    this.#engine = engine;
    this.#report = report;
  }

  async run(tests: readonly TestCase[], jobs: number): Promise<void> {
    const server = await startServer();
    const queue = [...tests];
    const work = async () => {
      for (let test = queue.shift(); test; test = queue.shift()) await this.#one(test, server);
    };
    try {
      await Promise.all(Array.from({ length: jobs }, work));
    } finally {
      const browser = await this.#browser?.catch(() => undefined);
      await browser?.close();
      await server.close();
    }
  }

  async #one(test: TestCase, server: TestServer): Promise<void> {
    const engine = this.#engine.name;
    if (test.engines && !test.engines.includes(engine)) {
      this.#report.skip(engine, test.name, `only in ${test.engines.join(', ')}: ${test.why}`);
      return;
    }
    const start = Date.now();
    let context: TestContext | undefined;
    const failures: unknown[] = [];
    let skipped: SkipError | undefined;
    try {
      const t = new TestContext(this.#engine, await this.#ready(), server);
      context = t;
      await withDeadline(
        Promise.resolve().then(() => test.fn(t)),
        test.timeout ?? TEST_TIMEOUT,
        'The test',
      );
    } catch (error) {
      if (error instanceof SkipError) skipped = error;
      else failures.push(error);
    }
    const time = Date.now() - start;
    if (context) failures.push(...(await this.#end(context)));
    if (failures.length > 0) {
      this.#report.fail(engine, test.name, time, describeFailure(failures, context));
    } else if (skipped) {
      this.#report.skip(engine, test.name, skipped.message);
    } else {
      this.#report.pass(engine, test.name, time);
    }
  }

  /** What a test throws in a handler or cannot clean up is a failure too. */
  async #end(context: TestContext): Promise<unknown[]> {
    try {
      const failures = await withDeadline(context.end(), CLEANUP_TIMEOUT, 'The cleanup of the test');
      if (failures.length > 0) await this.#discard(context.browser);
      return [...failures, ...context.hosts.flatMap(host => host.errors)];
    } catch (error) {
      await this.#discard(context.browser);
      return [error];
    }
  }

  async #ready(): Promise<Browser> {
    const browser = await this.#browser?.catch(() => undefined);
    if (browser?.alive) return browser;
    await browser?.close();
    this.#browser = this.#engine.launch();
    const launched = await this.#browser;
    this.#report.note(`# ${this.#engine.name}: ${launched.version}`);
    return launched;
  }

  /** A browser that did not close a page may fail the next test for no fault of that one. */
  async #discard(browser: Browser): Promise<void> {
    await browser.close();
  }
}

/** A promise that a test left behind and that failed fails the run. It cannot be told which test it belongs to. */
export function reportStrayRejections(report: Report): void {
  process.on('unhandledRejection', reason => {
    // Calls to a page that was closed meanwhile fail by nature.
    if (reason instanceof PageClosedError) return;
    const text = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    report.fail('run', 'a promise rejected that nothing awaits (in or before the next test that is reported)', 0, text);
  });
}
