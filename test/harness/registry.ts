import type { TestContext } from './context.js';
import type { EngineName } from './engine.js';

export type { TestContext } from './context.js';

export interface TestOptions {
  /** Only these engines. The others report a skip with `why`. */
  engines?: readonly EngineName[];
  /** Required with `engines`: why only these. */
  why?: string;
  /** Milliseconds, default 30 s. */
  timeout?: number;
}

export type TestFunction = (t: TestContext) => Promise<void> | void;

export interface TestCase extends TestOptions {
  /** Begins with its section: '5.8 exposed headers ...'. */
  readonly name: string;
  readonly fn: TestFunction;
  readonly file: string;
}

let collected: TestCase[] = [];
let currentFile = '';

/** Registers a test of the case file that is being loaded. */
export function test(name: string, fn: TestFunction, options: TestOptions = {}): void {
  const problem = problemOf(name, options);
  if (problem) throw new Error(`${currentFile}: test '${name}': ${problem}`);
  collected.push({ ...options, name, fn, file: currentFile });
}

function problemOf(name: string, options: TestOptions): string | undefined {
  if (sectionOf(name).length === 0) return "the name must begin with its section, as '5.8 exposed headers'.";
  if (options.engines && !options.why) return 'engines without why: say why only these.';
  if (collected.some(other => other.name === name)) return 'another test of this file has the same name.';
  return undefined;
}

/** Loads one file and takes what it registered. */
export async function collect(file: string, load: () => Promise<unknown>): Promise<TestCase[]> {
  collected = [];
  currentFile = file;
  await load();
  const tests = collected;
  collected = [];
  return tests;
}

export function sectionOf(name: string): string[] {
  return /^\d+(\.\d+)*(?=\s)/.exec(name)?.[0].split('.') ?? [];
}

/** '5' selects 5, 5.8 and 5.8.1; '5.8' does not select 5.80. */
export function inSection(name: string, section: string): boolean {
  const actual = sectionOf(name);
  return section.split('.').every((part, index) => actual[index] === part);
}
