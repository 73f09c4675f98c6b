/**
 * One declared worker, from registration to its first active version.
 * 1. A registration that is there already is used as it is: `register()` needs the network, and we may have none.
 * 2. `register()` may never settle (WebKitGTK 2.50, when a page leaves during install: the scope is jammed for ever). It has a deadline.
 */
import type { ProviderState } from '@foreign-fetch/protocol';
import type { DeclaredWorker } from './declared-workers.js';

const REGISTER_DEADLINE = 10_000;

export class RegistrationError extends Error {
  readonly state: ProviderState;

  constructor(state: ProviderState, message: string) {
    super(message);
    this.state = state;
  }
}

export async function registerWorker(declared: DeclaredWorker): Promise<ServiceWorkerRegistration> {
  const existing = await find(declared);
  if (existing) return existing;
  const { script, scope, type, updateViaCache } = declared;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const stuck = () =>
      reject(
        new RegistrationError(
          'registration-stuck',
          `the browser did not finish registering ${script}; a new scope would help`,
        ),
      );
    timer = setTimeout(stuck, REGISTER_DEADLINE);
  });
  try {
    return await Promise.race([navigator.serviceWorker.register(script, { scope, type, updateViaCache }), late]);
  } catch (error) {
    if (error instanceof RegistrationError) throw error;
    throw new RegistrationError(
      isForbidden(error) ? 'blocked' : 'no-handler',
      `${script} could not be registered (is foreign-fetch-provider.js there?): ${(error as Error).message}`,
    );
  } finally {
    clearTimeout(timer);
  }
}

async function find({ script, scope }: DeclaredWorker): Promise<ServiceWorkerRegistration | undefined> {
  const registration = await navigator.serviceWorker.getRegistration(scope);
  return registration?.scope === scope && registration.active?.scriptURL === script ? registration : undefined;
}

/** Waits for the first active version. Nobody waits for us: requests use the network meanwhile. */
export async function activeWorker(registration: ServiceWorkerRegistration): Promise<ServiceWorker> {
  if (registration.active) return registration.active;
  const worker = registration.installing ?? registration.waiting;
  if (!worker) throw new RegistrationError('no-handler', 'the worker is gone');
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      if (registration.active) resolve();
      else if (worker.state === 'redundant')
        reject(new RegistrationError('no-handler', `${worker.scriptURL} failed in its install`));
    };
    worker.addEventListener('statechange', look);
    look();
  });
  return registration.active as unknown as ServiceWorker;
}

function isForbidden(error: unknown): boolean {
  // Chromium says NotSupportedError or SecurityError when the user's settings deny a third party its storage; a bad script is a TypeError
  // or, for a bad MIME type or scope, a SecurityError that names the script.
  return error instanceof DOMException && /denied|permission|storage|insecure/i.test(error.message);
}
