import type { TestContext } from './context.js';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Prints each outcome as it comes, whole, so that parallel engines do not mix, and counts. */
export class Report {
  readonly #counts = new Map<string, Counts>();
  readonly #failed: string[] = [];

  pass(group: string, name: string, milliseconds: number): void {
    this.add(group, { passed: 1 });
    console.log(`ok ${group} ${name} (${milliseconds} ms)`);
  }

  fail(group: string, name: string, milliseconds: number, details: string): void {
    this.add(group, { failed: 1 });
    this.#failed.push(`${group} ${name}`);
    console.log(`FAIL ${group} ${name} (${milliseconds} ms)\n${details.replace(/^/gm, '    ')}`);
  }

  skip(group: string, name: string, reason: string): void {
    this.add(group, { skipped: 1 });
    console.log(`skip ${group} ${name}: ${reason}`);
  }

  note(text: string): void {
    console.log(text);
  }

  add(group: string, counts: Partial<Counts>): void {
    const sum = this.#counts.get(group) ?? { passed: 0, failed: 0, skipped: 0 };
    sum.passed += counts.passed ?? 0;
    sum.failed += counts.failed ?? 0;
    sum.skipped += counts.skipped ?? 0;
    this.#counts.set(group, sum);
  }

  total(): Counts {
    const sum: Counts = { passed: 0, failed: 0, skipped: 0 };
    for (const counts of this.#counts.values()) {
      sum.passed += counts.passed;
      sum.failed += counts.failed;
      sum.skipped += counts.skipped;
    }
    return sum;
  }

  /** The very last line is the total, alone. */
  summary(seconds: number): void {
    console.log('');
    for (const name of this.#failed) console.log(`failed: ${name}`);
    for (const [group, counts] of this.#counts) console.log(`${group}: ${text(counts)}`);
    console.log(`${seconds.toFixed(1)} s`);
    console.log(text(this.total()));
  }
}

function text({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

const LINES = 25;

/** The errors, then what the pages said and what reached the server: the two witnesses of a test. */
export function describeFailure(failures: readonly unknown[], context: TestContext | undefined): string {
  const parts = failures.map(failure =>
    failure instanceof Error ? (failure.stack ?? failure.message) : String(failure),
  );
  context?.pages.forEach((page, index) => {
    if (page.console.length > 0) parts.push(`console of page ${index + 1}:\n${last(page.console)}`);
  });
  for (const host of context?.hosts ?? []) {
    const lines = host.log.map(
      request => `${new Date(request.at).toISOString().slice(17, 23)} ${request.method} ${request.path}`,
    );
    const refused =
      host.refused.length > 0 ? `\n  refused while offline: ${host.refused.slice(-LINES).join(', ')}` : '';
    parts.push(
      `requests to ${host.origin}: ${lines.length || 'none'}${lines.length ? `\n${last(lines)}` : ''}${refused}`,
    );
  }
  return parts.join('\n');
}

function last(lines: readonly string[]): string {
  const shown = lines.slice(-LINES).map(line => `  ${line.slice(0, 300)}`);
  if (lines.length > LINES) shown.unshift(`  ... ${lines.length - LINES} before`);
  return shown.join('\n');
}
