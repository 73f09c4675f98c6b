import { DeadlineError, pause } from './deadline.js';
import { callExpression, outcomeOf, PageClosedError } from './page-call.js';

// Waiting for a document without the automation protocol's help: where a subresource hangs, its own waiting does too.

/** Runs an expression in whatever document the page shows at the moment. */
export type RunNow = (expression: string) => Promise<unknown>;

interface Sight {
  stale: boolean;
  state: DocumentReadyState;
  href: string;
  text: string;
}

function markStale(): void {
  Object.defineProperty(globalThis, Symbol.for('harness stale'), { value: true, configurable: true });
}

function look(): Sight {
  return {
    stale: Symbol.for('harness stale') in globalThis,
    state: document.readyState,
    href: location.href,
    text: document.body?.textContent.trim().slice(0, 200) ?? '',
  };
}

/** Errors while a document is being replaced say nothing: the next look decides. */
async function attempt<T>(run: RunNow, fn: () => T): Promise<T | undefined> {
  try {
    return outcomeOf<T>(await run(callExpression(fn, [])));
  } catch (error) {
    if (error instanceof PageClosedError) throw error;
    return undefined;
  }
}

/** `start` begins the navigation and returns at once. */
export async function navigate(
  run: RunNow,
  start: () => Promise<unknown>,
  options: { url: string; waitFor: 'load' | 'domcontentloaded' | 'none'; timeout: number },
): Promise<void> {
  const { url, waitFor, timeout } = options;
  const end = Date.now() + timeout;
  await attempt(run, markStale);
  const before = await attempt(run, look);
  await start();
  const sameDocument = url.includes('#') && before?.href.split('#')[0] === url.split('#')[0];
  if (sameDocument) return;
  for (;;) {
    const now = await attempt(run, look);
    if (now && !now.stale) {
      if (isErrorPage(now.href, url))
        throw new Error(`The navigation to ${url} failed: ${now.text || 'no document came'}`);
      if (waitFor === 'none' || now.state === 'complete') return;
      if (waitFor === 'domcontentloaded' && now.state === 'interactive') return;
    }
    if (Date.now() > end) {
      const seen = now
        ? `the document ${now.href} is ${now.stale ? 'still the old one' : now.state}`
        : 'no document answers';
      throw new DeadlineError(`The navigation to ${url} did not finish within ${timeout} ms: ${seen}`);
    }
    await pause(10);
  }
}

/** Engines show a document of their own for a navigation that failed. */
function isErrorPage(href: string, wanted: string): boolean {
  return /^(about:|chrome-error:)/.test(href) && !wanted.startsWith('about:');
}
