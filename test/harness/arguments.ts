import { parseArgs } from 'node:util';
import type { EngineName } from './engine.js';

export interface RunOptions {
  engines: readonly EngineName[];
  /** True when --engine was given. */
  chosen: boolean;
  section: string | undefined;
  grep: string | undefined;
  list: boolean;
  jobs: number;
  parallel: boolean;
  help: boolean;
}

export const HELP = `Usage: node .build/test/run.js [options]

  --engine <names>   chromium, firefox, webkit, or several with commas; default all three
  --section <n>      only tests whose name begins with this section: 5, 5.8
  --grep <text>      only tests whose name contains this text
  --list             print the names of the selected tests and end
  --jobs <n>         tests at the same time in each engine; default 1
  --parallel         run the engines at the same time
  --sequential       run one engine after another (default)
  --help             this text

Engines that are missing are installed where that needs no question (root, apt-get), else skipped and reported.
FOREIGN_FETCH_INSTALL=0 forbids the installation; FOREIGN_FETCH_CHROMIUM, FOREIGN_FETCH_FIREFOX,
FOREIGN_FETCH_WEBKIT_DRIVER and FOREIGN_FETCH_WEBKIT_BROWSER name executables in unusual places.`;

const ENGINES: readonly EngineName[] = ['chromium', 'firefox', 'webkit'];
// Three browsers on two cores are a quarter faster, but they starve each other: what is then tested is who waits 100 ms for whom.
const PARALLEL_BY_DEFAULT = false;

export class UsageError extends Error {
  override name = 'UsageError';
}

export function parseArguments(args: readonly string[]): RunOptions {
  const values = parse(args);
  const section = values.section;
  if (section !== undefined && !/^\d+(\.\d+)*$/.test(section)) {
    throw new UsageError(`--section ${section}: give a number such as 5 or 5.8.`);
  }
  const jobs = Number(values.jobs ?? 1);
  if (!Number.isInteger(jobs) || jobs < 1) throw new UsageError(`--jobs ${values.jobs}: give a whole number from 1.`);
  if (values.parallel && values.sequential)
    throw new UsageError('--parallel and --sequential exclude each other: give one.');
  return {
    engines: enginesOf(values.engine),
    chosen: values.engine !== undefined,
    section,
    grep: values.grep,
    list: values.list ?? false,
    jobs,
    parallel: values.parallel ?? (values.sequential ? false : PARALLEL_BY_DEFAULT),
    help: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        engine: { type: 'string' },
        section: { type: 'string' },
        grep: { type: 'string' },
        list: { type: 'boolean' },
        jobs: { type: 'string' },
        parallel: { type: 'boolean' },
        sequential: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    const [reason] = error instanceof Error ? error.message.split('. To specify') : [String(error)];
    throw new UsageError(`${reason}. --help lists the options.`);
  }
}

function enginesOf(list: string | undefined): readonly EngineName[] {
  if (list === undefined) return ENGINES;
  const names = list.split(',').map(name => name.trim());
  for (const name of names) {
    if (!(ENGINES as readonly string[]).includes(name)) {
      throw new UsageError(`--engine ${list}: '${name}' is none of ${ENGINES.join(', ')}.`);
    }
  }
  return ENGINES.filter(name => names.includes(name));
}
