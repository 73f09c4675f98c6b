import type { Browser as PuppeteerBrowser } from 'puppeteer-core';
import { withDeadline } from '../deadline.js';
import type { Browser, EngineName, Page } from '../engine.js';
import { killGroup, own, removeDirectory } from '../processes.js';
import { PuppeteerBackedPage } from './puppeteer-page.js';

export const LAUNCH_TIMEOUT = 60_000;

export class PuppeteerBackedBrowser implements Browser {
  readonly #browser: PuppeteerBrowser;
  readonly #ownProfile: string | undefined;
  stopWorkers?(): Promise<void>;

  private constructor(
    readonly engine: EngineName,
    readonly version: string,
    browser: PuppeteerBrowser,
    ownProfile: string | undefined,
  ) {
    this.#browser = browser;
    this.#ownProfile = ownProfile;
    if (engine === 'chromium') this.stopWorkers = () => this.#stopWorkers();
  }

  /** Takes the ownership of the process and of the profile, if that is a temporary one. */
  static async of(
    engine: EngineName,
    browser: PuppeteerBrowser,
    ownProfile: string | undefined,
  ): Promise<PuppeteerBackedBrowser> {
    const child = browser.process();
    if (child) own(child);
    return new PuppeteerBackedBrowser(engine, await browser.version(), browser, ownProfile);
  }

  get alive(): boolean {
    return this.#browser.connected;
  }

  async newPage(): Promise<Page> {
    // A window each: a tab in the background is hidden, and a hidden page is throttled.
    const page = await withDeadline(this.#browser.newPage({ type: 'window' }), 15_000, `${this.engine}: newPage`);
    return new PuppeteerBackedPage(this.engine, page);
  }

  // The ServiceWorker domain of any page speaks for the whole profile, whatever the storage key of a worker.
  async #stopWorkers(): Promise<void> {
    const [page] = await this.#browser.pages();
    if (!page) throw new Error('stopWorkers needs an open page.');
    const session = await page.createCDPSession();
    try {
      await session.send('ServiceWorker.enable');
      await withDeadline(session.send('ServiceWorker.stopAllWorkers'), 10_000, 'ServiceWorker.stopAllWorkers');
    } finally {
      await session.detach().catch(() => {});
    }
  }

  async close(): Promise<void> {
    const child = this.#browser.process();
    // Politely first: a profile that is used again must be written.
    await withDeadline(this.#browser.close(), 10_000, `${this.engine}: close`).catch(() => {});
    if (child) await killGroup(child);
    if (this.#ownProfile) removeDirectory(this.#ownProfile);
  }
}
