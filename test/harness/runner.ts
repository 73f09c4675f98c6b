import { SkipError, TestContext } from './context.js';
import { DeadlineError, withDeadline } from './deadline.js';
import type { Browser, Engine } from './engine.js';
import { PageClosedError } from './page-call.js';
import type { TestCase } from './registry.js';
import { describeFailure, type Report } from './report.js';
import { startServer, type TestServer } from './server.js';

const TEST_TIMEOUT = 30_000;
const CLEANUP_TIMEOUT = 20_000;
const MAX_LAUNCH_FAILURES = 2;

/** Runs tests in one engine, with one browser for all of them unless it dies. */
export class EngineRun {
  readonly #engine: Engine;
  readonly #report: Report;
  readonly #retired = new Set<Browser>();
  readonly #users = new Map<Browser, number>();
  readonly #launchFailures: unknown[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #browser: Browser | undefined;

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
      await this.#browser?.close();
      await server.close();
    }
  }

  async #one(test: TestCase, server: TestServer): Promise<void> {
    const engine = this.#engine.name;
    if (test.engines && !test.engines.includes(engine)) {
      this.#report.skip(engine, test.name, `only in ${test.engines.join(', ')}: ${test.why}`);
      return;
    }
    let start = Date.now();
    let context: TestContext | undefined;
    let browser: Browser | undefined;
    const failures: unknown[] = [];
    let skipped: SkipError | undefined;
    try {
      browser = await this.#acquire();
      start = Date.now();
      const t = new TestContext(this.#engine, browser, server);
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
    // A browser that let something wait for too long may fail the next test for no fault of that one.
    if (browser && failures.some(failure => failure instanceof DeadlineError)) this.#retired.add(browser);
    if (browser) await this.#release(browser);
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
      if (failures.length > 0) this.#retired.add(context.browser);
      return [...failures, ...context.hosts.flatMap(host => host.errors)];
    } catch (error) {
      this.#retired.add(context.browser);
      return [error];
    }
  }

  /** One at a time, or two tests that start together launch two browsers. */
  #acquire(): Promise<Browser> {
    const acquired = this.#queue.then(() => this.#fitBrowser());
    this.#queue = acquired.catch(() => {});
    return acquired;
  }

  async #fitBrowser(): Promise<Browser> {
    let browser = this.#browser;
    if (!browser?.alive || this.#retired.has(browser)) {
      if (browser) await this.#retire(browser);
      browser = await this.#launch();
      this.#browser = browser;
    }
    this.#users.set(browser, (this.#users.get(browser) ?? 0) + 1);
    return browser;
  }

  async #launch(): Promise<Browser> {
    // An engine that does not start would make each test wait for its deadline.
    if (this.#launchFailures.length >= MAX_LAUNCH_FAILURES) throw this.#launchFailures.at(-1);
    try {
      const browser = await this.#engine.launch();
      this.#report.note(`# ${this.#engine.name}: ${browser.version}`);
      return browser;
    } catch (error) {
      this.#launchFailures.push(error);
      throw error;
    }
  }

  async #release(browser: Browser): Promise<void> {
    this.#users.set(browser, (this.#users.get(browser) ?? 1) - 1);
    if (this.#retired.has(browser)) await this.#retire(browser);
  }

  /** Other tests may still be running in it. */
  async #retire(browser: Browser): Promise<void> {
    this.#retired.add(browser);
    if (!this.#users.get(browser)) await browser.close();
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
