// How a function of a test runs in a page, alike in all engines: its source and its arguments as JSON travel there as an
// expression whose promise gives a JSON text, with the outcome or the error.

/** An error that was thrown in the page, with the page's message and stack. */
export class PageError extends Error {
  constructor(name: string, message: string, stack: string) {
    super(message);
    this.name = name;
    // Engines disagree whether a stack begins with the message; the position lines are what is of use.
    const inPage = stack
      .split('\n')
      .filter(line => /^\s*at |@./.test(line))
      .slice(0, 8)
      .map(line => `    ${line.trim()}`);
    const here = (this.stack ?? '').split('\n').filter(line => /^\s*at /.test(line));
    this.stack = [`${name}: ${message}`, '  in the page:', ...inPage, '  called from:', ...here].join('\n');
  }
}

/** A call to a page that is closed. The runner drops it when a test left it behind. */
export class PageClosedError extends Error {
  override name = 'PageClosedError';
}

/** The document went away while a call ran in it. `t.until` takes it as "not yet"; alone it fails the test. */
export class DocumentReplacedError extends Error {
  override name = 'DocumentReplacedError';
}

export type PageFunction<T, A extends unknown[]> = (...args: A) => T | Promise<T>;

export function callExpression(fn: PageFunction<unknown, never[]>, args: unknown[]): string {
  return `(async () => {
  try {
    return JSON.stringify({ value: await (${fn})(...${JSON.stringify(args)}) });
  } catch (error) {
    const known = typeof error === 'object' && error !== null && 'message' in error;
    return JSON.stringify({ error: known
      ? { name: String(error.name), message: String(error.message), stack: String(error.stack ?? '') }
      : { name: 'Thrown', message: String(error), stack: '' } });
  }
})()`;
}

interface Outcome {
  value?: unknown;
  error?: { name: string; message: string; stack: string };
}

export function outcomeOf<T>(text: unknown): T {
  if (typeof text !== 'string') throw new Error(`The page gave no outcome but ${JSON.stringify(text)}`);
  const outcome = JSON.parse(text) as Outcome;
  if (outcome.error) throw new PageError(outcome.error.name, outcome.error.message, outcome.error.stack);
  return outcome.value as T;
}
