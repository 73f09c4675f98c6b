import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { type Browser, type Engine, installHint, type LaunchOptions } from '../engine.js';
import { findExecutable } from '../executables.js';
import { removeDirectory, temporaryDirectory } from '../processes.js';
import { LAUNCH_TIMEOUT, PuppeteerBackedBrowser } from './puppeteer-browser.js';

// Our own list in place of puppeteer's: automation tools switch ThirdPartyStoragePartitioning off, and without it a
// third-party frame may not register a service worker. --enable-features does not win against --disable-features.
const ARGUMENTS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Containers give /dev/shm 64 MB, and a renderer crashes when it is full.
  '--disable-dev-shm-usage',
  '--remote-debugging-pipe',
];

const CANDIDATES = [
  '/usr/bin/chromium',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
  'C:/Program Files (x86)/Google/Chrome/Application/chrome.exe',
];

function locate() {
  return findExecutable('Chromium', 'FOREIGN_FETCH_CHROMIUM', CANDIDATES);
}

export const chromium: Engine = {
  name: 'chromium',
  packages: ['chromium'],

  async find(): Promise<string | undefined> {
    const { reason } = locate();
    return reason && `${reason}; set FOREIGN_FETCH_CHROMIUM, or install it: ${installHint(this.packages)}`;
  },

  async launch(options: LaunchOptions = {}): Promise<Browser> {
    const { path, reason } = locate();
    if (!path) throw new Error(reason);
    const temporary = options.profile ? undefined : temporaryDirectory('chromium');
    const profile = options.profile ?? (temporary as string);
    if (options.thirdPartyCookies) allowThirdPartyCookies(profile);
    const args = [...ARGUMENTS, ...(options.chromiumArguments ?? []), `--user-data-dir=${profile}`];
    if (options.thirdPartyStorage === 'unpartitioned-denied')
      args.push('--disable-features=ThirdPartyStoragePartitioning');
    try {
      const browser = await puppeteer.launch({
        browser: 'chrome',
        executablePath: path,
        ignoreDefaultArgs: true,
        args: [...args, 'about:blank'],
        pipe: true,
        defaultViewport: null,
        timeout: LAUNCH_TIMEOUT,
        protocolTimeout: 0,
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      });
      return await PuppeteerBackedBrowser.of('chromium', browser, temporary);
    } catch (error) {
      if (temporary) removeDirectory(temporary);
      throw error;
    }
  },
};

/** The setting of stock Chrome. A grant through CDP alone is not enough: the renderer is then killed for a bad message. */
function allowThirdPartyCookies(profile: string): void {
  const file = join(profile, 'Default', 'Preferences');
  if (existsSync(file)) return;
  mkdirSync(join(profile, 'Default'), { recursive: true });
  writeFileSync(file, JSON.stringify({ profile: { cookie_controls_mode: 0 } }));
}
