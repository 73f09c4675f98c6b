import { spawn } from 'node:child_process';
import type { Engine, EngineName } from './engine.js';
import { findExecutable } from './executables.js';
import { own } from './processes.js';

export interface MissingBrowser {
  readonly name: EngineName;
  /** Why, with the command that installs it. */
  readonly reason: string;
}

const MINUTES = 60_000;

/**
 * Installs the packages of engines that are missing, where that needs no question: as root on a system with apt-get.
 * Never fails: what is missing afterwards is returned, and its tests are skipped. FOREIGN_FETCH_INSTALL=0 forbids it.
 */
export async function ensureBrowsers(engines: readonly Engine[]): Promise<MissingBrowser[]> {
  const missing = await findMissing(engines);
  const apt = findExecutable('apt-get', 'FOREIGN_FETCH_APT_GET', ['/usr/bin/apt-get', 'apt-get']).path;
  const mayInstall = process.getuid?.() === 0 && process.env.FOREIGN_FETCH_INSTALL !== '0';
  // An environment variable that names a wrong file is a mistake to report, not a browser to install.
  const wanted = missing.filter(entry => !entry.reason.includes(' names ')).map(entry => entry.name);
  if (wanted.length === 0 || !apt || !mayInstall) return missing;

  const packages = engines.filter(engine => wanted.includes(engine.name)).flatMap(engine => engine.packages);
  console.log(`Installing ${packages.join(' ')} ...`);
  const updated = await run(apt, ['-q', 'update'], 5 * MINUTES);
  if (updated) console.log(`  apt-get update: ${updated}; trying to install nevertheless`);
  const failure = await run(apt, ['-q', 'install', '-y', '--no-install-recommends', ...packages], 15 * MINUTES);
  if (failure) console.log(`  apt-get install: ${failure}`);
  return findMissing(engines);
}

async function findMissing(engines: readonly Engine[]): Promise<MissingBrowser[]> {
  const missing: MissingBrowser[] = [];
  for (const engine of engines) {
    const reason = await engine.find();
    if (reason) missing.push({ name: engine.name, reason });
  }
  return missing;
}

/** Resolves with what went wrong, or with undefined. */
function run(command: string, args: readonly string[], timeout: number): Promise<string | undefined> {
  return new Promise(resolve => {
    let last = '';
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    own(child);
    const keep = (data: Buffer) => {
      last = (last + data).slice(-1000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.once('error', error => resolve(error.message));
    child.once('exit', (code, signal) => {
      const line = last.trim().split('\n').pop() ?? '';
      resolve(code === 0 ? undefined : `${signal ?? `exit code ${code}`}: ${line}`);
    });
  });
}
