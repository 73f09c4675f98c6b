import type { PageFunction } from './page-call.js';

export type EngineName = 'chromium' | 'firefox' | 'webkit';

export interface Engine {
  readonly name: EngineName;
  /** The Debian packages that bring it. */
  readonly packages: readonly string[];
  /** Why it cannot run here, with the command that installs it; undefined when it can. */
  find(): Promise<string | undefined>;
  launch(options?: LaunchOptions): Promise<Browser>;
}

export interface LaunchOptions {
  /**
   * 'partitioned' (default) is what users have. 'unpartitioned-denied', Chromium only, switches partitioning off: then a
   * third-party frame may not register a service worker.
   */
  thirdPartyStorage?: 'partitioned' | 'unpartitioned-denied';
  /** A directory that survives the browser, for tests of a restart. Not in WebKit: its automation profile is ephemeral. */
  profile?: string;
  firefoxPrefs?: Record<string, unknown>;
  /** Chromium only: third-party cookies allowed, as in stock Chrome; Debian's build starts with them blocked. */
  thirdPartyCookies?: boolean;
  /** Chromium only, added to the arguments. */
  chromiumArguments?: readonly string[];
}

export interface Browser {
  readonly engine: EngineName;
  readonly version: string;
  /** False once it crashed or was closed. */
  readonly alive: boolean;
  newPage(): Promise<Page>;
  /** Chromium only: stops every running service worker, those of partitioned third parties included. */
  stopWorkers?(): Promise<void>;
  close(): Promise<void>;
}

export interface GotoOptions {
  /** 'none': only until the new document has begun, for documents whose subresources hang. Default 'load'. */
  waitFor?: 'load' | 'domcontentloaded' | 'none';
  timeout?: number;
}

export interface Page {
  /** The deadline in milliseconds of every call that names none itself. */
  timeout: number;
  /** Console messages and uncaught errors, as far as the engine tells. Always empty in WebKit. */
  readonly console: string[];
  /** Rejects when the document cannot be loaded; an HTTP error status is a document. */
  goto(url: string, options?: GotoOptions): Promise<void>;
  reload(options?: GotoOptions): Promise<void>;
  /**
   * Runs a function in the page's main frame. It travels as source text: it sees its arguments (as JSON) and the page's
   * globals, nothing of the test's scope. What it throws rejects here, with the page's message and stack.
   */
  evaluate<T, A extends unknown[]>(fn: PageFunction<T, A>, ...args: A): Promise<Awaited<T>>;
  url(): Promise<string>;
  screenshot(path: string): Promise<void>;
  setViewport?(width: number, height: number): Promise<void>;
  emulateDark?(dark: boolean): Promise<void>;
  close(): Promise<void>;
}

export const DEFAULT_TIMEOUT = 30_000;

export function installHint(packages: readonly string[]): string {
  return `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}
