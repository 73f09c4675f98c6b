import type { Page as PuppeteerPage } from 'puppeteer-core';
import { DeadlineError, withDeadline } from '../deadline.js';
import { DEFAULT_TIMEOUT, type EngineName, type GotoOptions, type Page } from '../engine.js';
import { navigate } from '../navigation.js';
import { callExpression, DocumentReplacedError, outcomeOf, PageClosedError, type PageFunction } from '../page-call.js';

const REPLACED =
  /Execution context was destroyed|Cannot find context|target navigated|DiscardedBrowsingContext|no such frame|Actor .* destroyed/;

/** A page of Chromium (CDP) or Firefox (WebDriver BiDi): puppeteer hides the difference, deadlines are ours. */
export class PuppeteerBackedPage implements Page {
  timeout = DEFAULT_TIMEOUT;
  readonly console: string[] = [];
  readonly #page: PuppeteerPage;
  readonly #engine: EngineName;
  #closed = false;

  emulateDark?(dark: boolean): Promise<void>;

  constructor(engine: EngineName, page: PuppeteerPage) {
    this.#page = page;
    this.#engine = engine;
    // Firefox has no such command in WebDriver BiDi yet; its preference layout.css.prefers-color-scheme.content-override has.
    if (engine === 'chromium') this.emulateDark = dark => this.#emulateDark(dark);
    page.setDefaultTimeout(0);
    page.setDefaultNavigationTimeout(0);
    page.on('console', message => this.console.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', error => this.console.push(`uncaught: ${error instanceof Error ? error.stack : error}`));
    page.on('error', error => this.console.push(`crashed: ${error.message}`));
    page.on('close', () => {
      this.#closed = true;
    });
  }

  async goto(url: string, options: GotoOptions = {}): Promise<void> {
    try {
      await this.#goto(url, options);
    } catch (error) {
      if (error instanceof DeadlineError && this.#engine === 'chromium') await this.#stopLoading();
      throw error;
    }
  }

  // While Chromium waits for the head of a document it holds back every script of CDP, for the old document too.
  async #stopLoading(): Promise<void> {
    const session = await this.#page.createCDPSession();
    await session.send('Page.stopLoading');
    await session.detach();
  }

  async #goto(url: string, { waitFor = 'load', timeout = this.timeout }: GotoOptions): Promise<void> {
    if (waitFor === 'none') {
      const start = async () => void this.#page.goto(url, { waitUntil: 'domcontentloaded' }).catch(() => {});
      await navigate(expression => this.#run(expression, 1000), start, { url, waitFor, timeout });
      return;
    }
    await this.#call(this.#page.goto(url, { waitUntil: waitFor, timeout: 0 }), timeout, `page.goto(${url})`);
  }

  async reload({ waitFor = 'load', timeout = this.timeout }: GotoOptions = {}): Promise<void> {
    const url = this.#page.url();
    // Not page.reload(): in BiDi it waits for subresources whatever it is told.
    const start = async () => void this.#run('location.reload()', 1000).catch(() => {});
    await navigate(expression => this.#run(expression, 1000), start, {
      url: url.split('#')[0] ?? url,
      waitFor,
      timeout,
    });
  }

  async evaluate<T, A extends unknown[]>(fn: PageFunction<T, A>, ...args: A): Promise<Awaited<T>> {
    const text = await this.#run(callExpression(fn, args), this.timeout);
    return outcomeOf<Awaited<T>>(text);
  }

  #run(expression: string, timeout: number): Promise<unknown> {
    return this.#call(this.#page.evaluate(expression), timeout, `page.evaluate on ${this.#page.url()}`);
  }

  async url(): Promise<string> {
    // Not page.url(): it lags behind history.pushState in BiDi.
    return this.evaluate(() => location.href);
  }

  async screenshot(path: string): Promise<void> {
    await this.#call(this.#page.screenshot({ path: path as `${string}.png` }), this.timeout, 'page.screenshot');
  }

  async setViewport(width: number, height: number): Promise<void> {
    await this.#call(this.#page.setViewport({ width, height }), this.timeout, 'page.setViewport');
  }

  async #emulateDark(dark: boolean): Promise<void> {
    const features = [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }];
    await this.#call(this.#page.emulateMediaFeatures(features), this.timeout, 'page.emulateDark');
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // A page whose renderer crashed never confirms.
    await withDeadline(this.#page.close({ runBeforeUnload: false }), 5000, 'page.close').catch(error => {
      if (!/closed/i.test(String(error))) throw error;
    });
  }

  async #call<T>(work: Promise<T>, timeout: number, what: string): Promise<T> {
    try {
      return await withDeadline(work, timeout, what);
    } catch (error) {
      if (this.#closed) throw new PageClosedError(`${what}: the page is closed`, { cause: error });
      if (REPLACED.test(String(error))) throw new DocumentReplacedError(`${what}: ${error}`, { cause: error });
      throw error;
    }
  }
}
