import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// What a run has started and written, so that nothing of it outlives the run, however the run ends.
const children = new Set<ChildProcess>();
const directories = new Set<string>();

/** Registers a process that was spawned `detached`, thus leads a group of its own. */
export function own(child: ChildProcess): void {
  children.add(child);
}

/** Kills the group of a process and waits until its leader is gone. */
export async function killGroup(child: ChildProcess): Promise<void> {
  const gone = child.exitCode !== null || child.signalCode !== null;
  const exit = gone ? undefined : new Promise(resolve => child.once('exit', resolve));
  signalGroup(child);
  // A process in uninterruptible sleep ends later; that is no reason to wait for ever.
  if (exit) await Promise.race([exit, new Promise(resolve => setTimeout(resolve, 5000).unref())]);
  children.delete(child);
}

function signalGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is gone.
  }
}

export function temporaryDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `foreign-fetch-${name}-`));
  directories.add(directory);
  return directory;
}

export function removeDirectory(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    directories.delete(directory);
  } catch {
    // A dying process still writes there: the end of the run tries again.
  }
}

/** Synchronous, thus fit for the `exit` event. */
export function killEverything(): void {
  for (const child of children) signalGroup(child);
  children.clear();
  const leftovers = [...directories];
  killUsersOf(leftovers);
  // A killed process takes a moment to end and may write files that were removed before.
  for (let round = 0; round < 2 && leftovers.length > 0; round++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    for (const directory of leftovers) removeDirectory(directory);
  }
}

/** A browser that is still starting is not registered yet, but its command line names its directory. */
function killUsersOf(names: readonly string[]): void {
  if (names.length === 0 || process.platform === 'win32') return;
  const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,args='], { encoding: 'utf8', maxBuffer: 1 << 26 });
  for (const line of (stdout ?? '').split('\n')) {
    if (!names.some(name => line.includes(name))) continue;
    try {
      process.kill(Number.parseInt(line, 10), 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}

export function killEverythingAtExit(): void {
  process.once('exit', killEverything);
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
  process.on('uncaughtException', error => {
    console.error(error);
    process.exit(1);
  });
}
