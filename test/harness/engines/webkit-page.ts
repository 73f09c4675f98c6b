import { writeFile } from 'node:fs/promises';
import { DeadlineError, pause, withDeadline } from '../deadline.js';
import { DEFAULT_TIMEOUT, type GotoOptions, type Page } from '../engine.js';
import { navigate } from '../navigation.js';
import { callExpression, DocumentReplacedError, outcomeOf, PageClosedError, type PageFunction } from '../page-call.js';
import { WebDriverError, type WebDriverSession } from '../webdriver.js';

// A script command occupies the whole session until its script calls back, and two pages must be able to wait for each
// other. So a call is started, gets a moment to finish, and is then polled; between the polls other pages have their turn.
const MOMENT = 40;

const START = (key: number, expression: string) => `
const slots = (globalThis[Symbol.for('harness calls')] ??= new Map());
const slot = {};
slots.set(${key}, slot);
slot.work = ${expression}.then(text => { slot.text = text; });
${settle(key)}`;

const POLL = (key: number) => `
const slots = globalThis[Symbol.for('harness calls')];
const slot = slots?.get(${key});
if (!slot) { arguments[arguments.length - 1]('lost'); return; }
${settle(key)}`;

function settle(key: number): string {
  return `
const done = arguments[arguments.length - 1];
let answered = false;
const report = () => {
  if (answered) return;
  answered = true;
  clearTimeout(timer);
  if (slot.text !== undefined) slots.delete(${key});
  done(slot.text ?? null);
};
const timer = setTimeout(report, ${MOMENT});
slot.work.then(report);`;
}

let lastKey = 0;

export class WebKitPage implements Page {
  timeout = DEFAULT_TIMEOUT;
  readonly console: string[] = [];
  readonly #session: WebDriverSession;
  readonly #handle: string;
  #closed = false;

  constructor(session: WebDriverSession, handle: string) {
    this.#session = session;
    this.#handle = handle;
  }

  async goto(url: string, { waitFor = 'load', timeout = this.timeout }: GotoOptions = {}): Promise<void> {
    // The session's page load strategy is 'none': this command returns at once.
    const start = () => this.#command('POST', '/url', { url });
    await navigate(expression => this.#now(expression), start, { url, waitFor, timeout });
  }

  async reload({ waitFor = 'load', timeout = this.timeout }: GotoOptions = {}): Promise<void> {
    const url = (await this.url()).split('#')[0] as string;
    await navigate(
      expression => this.#now(expression),
      () => this.#command('POST', '/refresh'),
      { url, waitFor, timeout },
    );
  }

  async evaluate<T, A extends unknown[]>(fn: PageFunction<T, A>, ...args: A): Promise<Awaited<T>> {
    const late = `page.evaluate did not finish within ${this.timeout} ms`;
    const end = Date.now() + this.timeout;
    const key = ++lastKey;
    // The margin is for the command itself, so that a slow page and a busy one are told apart.
    const ask = (script: string) =>
      withDeadline(this.#script(script), this.timeout + 1000, `${late}: the page is busy; it`);
    let text = await ask(START(key, callExpression(fn, args)));
    while (text === null) {
      if (Date.now() > end) throw new DeadlineError(late);
      await pause(5);
      text = await ask(POLL(key));
    }
    if (text === 'lost')
      throw new DocumentReplacedError('page.evaluate: the document was replaced while the call was running');
    return outcomeOf<Awaited<T>>(text);
  }

  #script(script: string): Promise<unknown> {
    return this.#command('POST', '/execute/async', { script, args: [] });
  }

  /** For expressions that settle at once. */
  #now(expression: string): Promise<unknown> {
    return this.#script(`const done = arguments[arguments.length - 1]; ${expression}.then(done);`);
  }

  async url(): Promise<string> {
    return String(await this.#command('GET', '/url'));
  }

  async screenshot(path: string): Promise<void> {
    await writeFile(path, Buffer.from(String(await this.#command('GET', '/screenshot')), 'base64'));
  }

  async setViewport(width: number, height: number): Promise<void> {
    const inner = await this.evaluate(() => [innerWidth, innerHeight] as const);
    const rect = (await this.#command('GET', '/window/rect')) as { width: number; height: number };
    const size = { width: width + rect.width - inner[0], height: height + rect.height - inner[1] };
    await this.#command('POST', '/window/rect', { x: 0, y: 0, ...size });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#session.closeWindow(this.#handle).catch(error => {
      if (!(error instanceof WebDriverError && error.code === 'no such window')) throw error;
    });
  }

  async #command(method: string, path: string, body?: unknown): Promise<unknown> {
    if (this.#closed) throw new PageClosedError('The page is closed');
    try {
      return await this.#session.inWindow(this.#handle, method, path, body);
    } catch (error) {
      if (this.#closed) throw new PageClosedError('The page is closed', { cause: error });
      if (error instanceof WebDriverError && error.code === 'no such frame') {
        throw new DocumentReplacedError(`The document was replaced: ${error.message}`, { cause: error });
      }
      throw error;
    }
  }
}
