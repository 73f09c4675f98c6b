import { mkdirSync } from 'node:fs';
import puppeteer from 'puppeteer-core';
import { type Browser, type Engine, installHint, type LaunchOptions } from '../engine.js';
import { findExecutable } from '../executables.js';
import { removeDirectory, temporaryDirectory } from '../processes.js';
import { LAUNCH_TIMEOUT, PuppeteerBackedBrowser } from './puppeteer-browser.js';

const PREFERENCES = {
  // What Firefox ships: third-party storage and cookies partitioned by top-level site.
  'network.cookie.cookieBehavior': 5,
};

const CANDIDATES = [
  '/usr/bin/firefox-esr',
  'firefox-esr',
  'firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:/Program Files/Mozilla Firefox/firefox.exe',
];

function locate() {
  return findExecutable('Firefox', 'FOREIGN_FETCH_FIREFOX', CANDIDATES);
}

export const firefox: Engine = {
  name: 'firefox',
  packages: ['firefox-esr'],

  async find(): Promise<string | undefined> {
    const { reason } = locate();
    return reason && `${reason}; set FOREIGN_FETCH_FIREFOX, or install it: ${installHint(this.packages)}`;
  },

  async launch(options: LaunchOptions = {}): Promise<Browser> {
    if (options.thirdPartyStorage === 'unpartitioned-denied') {
      throw new Error(
        "thirdPartyStorage: 'unpartitioned-denied' exists in Chromium only: give the test engines: ['chromium'].",
      );
    }
    const { path, reason } = locate();
    if (!path) throw new Error(reason);
    const temporary = options.profile ? undefined : temporaryDirectory('firefox');
    const profile = options.profile ?? (temporary as string);
    mkdirSync(profile, { recursive: true });
    try {
      const browser = await puppeteer.launch({
        browser: 'firefox',
        executablePath: path,
        headless: true,
        userDataDir: profile,
        extraPrefsFirefox: { ...PREFERENCES, ...options.firefoxPrefs },
        defaultViewport: null,
        timeout: LAUNCH_TIMEOUT,
        protocolTimeout: 0,
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      });
      return await PuppeteerBackedBrowser.of('firefox', browser, temporary);
    } catch (error) {
      if (temporary) removeDirectory(temporary);
      throw error;
    }
  },
};
