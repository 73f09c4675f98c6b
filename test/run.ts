import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { HELP, parseArguments, type RunOptions, UsageError } from './harness/arguments.js';
import { ENGINES } from './harness/engines/index.js';
import { ensureBrowsers } from './harness/install.js';
import { killEverythingAtExit } from './harness/processes.js';
import { collect, inSection, type TestCase } from './harness/registry.js';
import { Report } from './harness/report.js';
import { EngineRun, reportStrayRejections } from './harness/runner.js';
import { filesBelow, runUnitTests } from './harness/unit-tests.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');

async function loadTests(options: RunOptions): Promise<TestCase[]> {
  const folder = join(here, 'cases');
  const files = existsSync(folder) ? filesBelow(folder, '.case.js') : [];
  const tests: TestCase[] = [];
  for (const file of files) {
    tests.push(...(await collect(relative(folder, file), () => import(pathToFileURL(file).href))));
  }
  return tests.filter(
    ({ name }) =>
      (options.section === undefined || inSection(name, options.section)) &&
      (options.grep === undefined || name.toLowerCase().includes(options.grep.toLowerCase())),
  );
}

async function runEngines(options: RunOptions, tests: readonly TestCase[], report: Report): Promise<void> {
  const missing = await ensureBrowsers(options.engines.map(name => ENGINES[name]));
  const runs: (() => Promise<void>)[] = [];
  for (const name of options.engines) {
    const reason = missing.find(entry => entry.name === name)?.reason;
    if (reason) {
      report.note(`skip ${name} all its tests: ${reason}`);
      report.add(name, { skipped: tests.length });
    } else {
      runs.push(() => new EngineRun(ENGINES[name], report).run(tests, options.jobs));
    }
  }
  if (options.parallel) await Promise.all(runs.map(run => run()));
  else for (const run of runs) await run();
}

async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const tests = await loadTests(options);
  if (options.list) {
    for (const { name, file, engines } of tests)
      console.log(`${name}  [${file}${engines ? `; ${engines.join(', ')}` : ''}]`);
    return 0;
  }
  const report = new Report();
  reportStrayRejections(report);
  const start = Date.now();
  const filtered = options.chosen || options.section !== undefined || options.grep !== undefined;
  if (!filtered) await runUnitTests(root, report);
  if (tests.length > 0) await runEngines(options, tests, report);
  else report.note('No browser test matches: --list shows what there is.');
  report.summary((Date.now() - start) / 1000);
  const { passed, failed } = report.total();
  return failed > 0 || passed === 0 ? 1 : 0;
}

killEverythingAtExit();
try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
// A handle that something forgot must not keep the run alive, nor its browsers.
process.exit();
