import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { own } from './processes.js';
import type { Report } from './report.js';

const GROUP = 'unit';

/** Runs what needs no browser, compiled, with node's own runner: the tests beside the packages' sources, and those of the built files. */
export async function runUnitTests(root: string, report: Report): Promise<void> {
  const files = findUnitTests(root);
  if (files.length === 0) return;
  const output = await node(['--test', '--test-reporter=tap', ...files], root);
  const counts = {
    passed: count(output.text, 'pass'),
    failed: count(output.text, 'fail') + count(output.text, 'cancelled'),
    skipped: count(output.text, 'skipped') + count(output.text, 'todo'),
  };
  // A file that does not even load may leave no counts.
  if (output.code !== 0 && counts.failed === 0) counts.failed = 1;
  if (counts.failed > 0) report.note(output.text);
  report.add(GROUP, counts);
  const word = counts.failed > 0 ? 'FAIL' : 'ok';
  report.note(`${word} ${GROUP} ${files.length} files: ${counts.passed} passed, ${counts.failed} failed`);
}

export function findUnitTests(root: string): string[] {
  const packages = join(root, 'packages');
  const folders = readdirSync(packages).map(name => join(packages, name, '.build'));
  return [...folders, join(root, '.build', 'test', 'built')]
    .filter(folder => existsSync(folder))
    .flatMap(folder => filesBelow(folder, '.test.js'));
}

export function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith(ending))
    .sort()
    .map(name => join(folder, name));
}

function count(tap: string, what: string): number {
  return Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
}

function node(args: readonly string[], cwd: string): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    own(child);
    let text = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', chunk => {
      text += chunk;
    });
    child.once('error', reject);
    child.once('close', code => resolve({ code, text }));
  });
}
