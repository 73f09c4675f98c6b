import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pause, withDeadline } from '../deadline.js';
import { type Browser, type Engine, installHint, type LaunchOptions, type Page } from '../engine.js';
import { findExecutable } from '../executables.js';
import { killGroup, own, removeDirectory, temporaryDirectory } from '../processes.js';
import { freePort, WebDriverSession } from '../webdriver.js';
import { WebKitPage } from './webkit-page.js';

function locate() {
  const driver = findExecutable('WebKitWebDriver', 'FOREIGN_FETCH_WEBKIT_DRIVER', [
    '/usr/bin/WebKitWebDriver',
    'WebKitWebDriver',
    '/usr/libexec/webkit2gtk-4.1/WebKitWebDriver',
  ]);
  const browser = findExecutable('MiniBrowser of WebKitGTK', 'FOREIGN_FETCH_WEBKIT_BROWSER', [
    '/usr/lib/*/webkit2gtk-4.1/MiniBrowser',
    '/usr/lib/webkit2gtk-4.1/MiniBrowser',
    '/usr/libexec/webkit2gtk-4.1/MiniBrowser',
    '/usr/lib/*/webkitgtk-6.0/MiniBrowser',
    '/usr/libexec/webkitgtk-6.0/MiniBrowser',
  ]);
  const display = findExecutable('Xvfb', 'FOREIGN_FETCH_XVFB', ['Xvfb']);
  return {
    driver: driver.path,
    browser: browser.path,
    display: display.path,
    reason: driver.reason ?? browser.reason ?? display.reason,
  };
}

export const webkit: Engine = {
  name: 'webkit',
  packages: ['webkit2gtk-driver', 'xvfb', 'xauth'],

  async find(): Promise<string | undefined> {
    const { reason } = locate();
    if (!reason) return undefined;
    if (process.platform !== 'linux') return `${reason}; WebKitGTK runs on Linux only`;
    return `${reason}; set FOREIGN_FETCH_WEBKIT_DRIVER, or install it: ${installHint(this.packages)}`;
  },

  async launch(options: LaunchOptions = {}): Promise<Browser> {
    if (options.profile)
      throw new Error('WebKit has no persistent profile under automation: leave webkit out of this test.');
    if (options.thirdPartyStorage === 'unpartitioned-denied') {
      throw new Error(
        "thirdPartyStorage: 'unpartitioned-denied' exists in Chromium only: give the test engines: ['chromium'].",
      );
    }
    const { driver, browser, display, reason } = locate();
    if (!driver || !browser || !display) throw new Error(reason);
    const directory = temporaryDirectory('webkit');
    const children: ChildProcess[] = [];
    try {
      const x = await startDisplay(display);
      children.push(x.child);
      const port = await freePort();
      const child = startDriver(driver, port, x.name, directory);
      children.push(child);
      const session = await openSession(port, browser, child);
      const keeper = String(await session.command('GET', '/window'));
      return new WebKitBrowser(session, keeper, children, directory);
    } catch (error) {
      for (const child of children.reverse()) await killGroup(child);
      const output = readOutput(directory);
      removeDirectory(directory);
      if (error instanceof Error && output) error.message += `\nThe driver's output:\n${output}`;
      throw error;
    }
  },
};

class WebKitBrowser implements Browser {
  readonly engine = 'webkit';
  readonly version: string;
  #closed = false;

  constructor(
    private readonly session: WebDriverSession,
    /** The first window. It stays open: the session ends with its last window. */
    private readonly keeper: string,
    private readonly children: readonly ChildProcess[],
    private readonly directory: string,
  ) {
    this.version = `WebKitGTK/${session.browserVersion}`;
  }

  get alive(): boolean {
    return !this.#closed && this.children.every(child => child.exitCode === null && child.signalCode === null);
  }

  async newPage(): Promise<Page> {
    // A window, not a tab: a tab in the background is hidden, and a hidden page is throttled.
    return new WebKitPage(this.session, await this.session.newWindow(this.keeper));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const child of [...this.children].reverse()) await killGroup(child);
    removeDirectory(this.directory);
  }
}

function readOutput(directory: string): string {
  try {
    return readFileSync(join(directory, 'output.txt'), 'utf8').trim().slice(-2000);
  } catch {
    return '';
  }
}

/** Xvfb itself picks a free display and tells its number: unlike xvfb-run, no race and no cookie file. */
async function startDisplay(executable: string): Promise<{ child: ChildProcess; name: string }> {
  const args = ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'];
  const child = spawn(executable, args, { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  own(child);
  const pipe = child.stdio[3] as Readable;
  const number = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`Xvfb ended with code ${code}`)));
    // The number and the end of its line are two writes, and Xvfb dies when it cannot make the second one.
    let text = '';
    pipe.on('data', data => {
      text += data;
      if (text.endsWith('\n')) resolve(text.trim());
    });
  });
  try {
    return { child, name: `:${await withDeadline(number, 15_000, 'The start of Xvfb')}` };
  } catch (error) {
    await killGroup(child);
    throw error;
  } finally {
    pipe.destroy();
  }
}

function startDriver(executable: string, port: number, display: string, directory: string): ChildProcess {
  // A file and not a pipe: the driver's children keep its output open.
  const output = openSync(join(directory, 'output.txt'), 'a');
  const child = spawn(executable, [`--port=${port}`, '--host=127.0.0.1'], {
    detached: true,
    stdio: ['ignore', output, output],
    env: {
      ...process.env,
      DISPLAY: display,
      GDK_BACKEND: 'x11',
      // Its sandbox needs user namespaces, which containers lack.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
      // Otherwise the toolkit starts a bus of its own, outside of the process group.
      NO_AT_BRIDGE: '1',
    },
  });
  closeSync(output);
  own(child);
  return child;
}

async function openSession(port: number, binary: string, driver: ChildProcess): Promise<WebDriverSession> {
  const capabilities = {
    // 'normal' holds every command, scripts too, until all subresources have come.
    pageLoadStrategy: 'none',
    timeouts: { script: 60_000, pageLoad: 300_000 },
    'webkitgtk:browserOptions': { binary, args: ['--automation'] },
  };
  const end = Date.now() + 30_000;
  for (;;) {
    try {
      return await WebDriverSession.open(port, capabilities);
    } catch (error) {
      const starting = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED' && driver.exitCode === null;
      if (!starting || Date.now() > end) throw error;
      await pause(50);
    }
  }
}
