/**
 * The site's service worker: found, or registered.
 *
 * Requirements
 * 1. A registration whose script is not ours is never replaced: `register()` at its scope would destroy the site's PWA, and the two would
 *    swap on every load. If it has our mixin it answers `hello`; if not, the state says `needs-mixin`, with the line to add.
 *    A site registers its worker while its first page loads, so ours waits for that: where there is none yet, it comes after `load`.
 * 2. Every wait has a deadline, and every failure a name and a remedy.
 * 3. The page is never reloaded.
 */
import { fieldsOf } from '@foreign-fetch/protocol';
import { SiteRegistrations } from './site-registrations.js';
import type { SiteStatus } from './site-status.js';

export interface SiteWorkerOptions {
  readonly providers: readonly string[];
  readonly authorization: readonly string[];
  /** URL of our worker file. */
  readonly worker: string;
  readonly scope: string;
  /** The site registers its own worker, with the mixin in it: ours is never registered. */
  readonly mixin: boolean;
  readonly first: boolean;
}

/** A page that hangs in its load gets its worker all the same. */
const LOAD_DEADLINE = 5000;
const REGISTER_DEADLINE = 10_000;
const WELCOME_DEADLINE = 2000;

/** Our registration, active and answering; or why there is none. */
export async function findOrRegister(options: SiteWorkerOptions): Promise<ServiceWorkerRegistration | SiteStatus> {
  if (!window.isSecureContext)
    return { state: 'insecure', reason: 'service workers need https (or localhost); serve this page over https' };
  if (!('serviceWorker' in navigator))
    return { state: 'unsupported', reason: 'this browser, or this mode of it, has no service workers' };
  // Before anything is awaited: the site may register its worker in the very next script.
  const registrations = new SiteRegistrations();
  try {
    const foreign = options.mixin
      ? await registrationOfSite()
      : await settledForeignRegistration(options, registrations);
    if (foreign === 'none')
      return {
        state: 'worker-missing',
        reason:
          'no service worker of this site became active, although data-mixin says that it registers one; does register() fail, or the script (is foreign-fetch-mixin.js beside it)? If the site has none, remove data-mixin',
      };
    const registration = foreign ?? (await register(options));
    if (!('active' in registration)) return registration;
    for (let worker = await activeWorker(registration); worker; worker = await activeWorker(registration)) {
      if (await isWelcome(worker, options.first)) return registration;
      // Another one has taken over meanwhile, which may know us.
      if (registration.active && registration.active !== worker) continue;
      if (foreign || withoutQuery(worker.scriptURL) !== withoutQuery(options.worker))
        return needsMixin(worker, options);
      return {
        state: 'failed',
        reason: `${worker.scriptURL} is active but does not answer; is it the file of this version?`,
      };
    }
    return {
      state: 'registration-stuck',
      reason: `${options.worker} never became active; its install may have failed`,
    };
  } catch (error) {
    return { state: 'failed', reason: (error as Error).message };
  } finally {
    registrations.stop();
  }
}

/** As `foreignRegistration`, but not before the site has had its chance to register one. */
async function settledForeignRegistration(
  options: SiteWorkerOptions,
  registrations: SiteRegistrations,
): Promise<ServiceWorkerRegistration | undefined> {
  const foreign = await foreignRegistration(options);
  const existing = await navigator.serviceWorker.getRegistration(options.scope);
  // One that shows no worker yet may be anybody's.
  if (foreign || (existing && workersOf(existing).length > 0)) return foreign;
  await pageLoaded();
  const made = await withDeadline(registrations.settled(), REGISTER_DEADLINE, []);
  registrations.stop();
  // Told by its scope: right after `register()` a registration may not show its worker yet (Firefox 153, WebKitGTK 2.50, 2026-11).
  const own = made.find(
    registration => location.href.startsWith(registration.scope) || registration.scope === options.scope,
  );
  if (own) return own;
  return foreignRegistration(options);
}

function workersOf({ installing, waiting, active }: ServiceWorkerRegistration): ServiceWorker[] {
  return [installing, waiting, active].filter(worker => worker !== null);
}

async function pageLoaded(): Promise<void> {
  if (document.readyState !== 'complete') {
    const load = new Promise(resolve => window.addEventListener('load', resolve, { once: true }));
    await withDeadline(load, LOAD_DEADLINE, undefined);
  }
  // The site's own listeners of `load` come after ours.
  await new Promise(resolve => setTimeout(resolve));
}

/** The registration that this page, or our scope, has already, if a script of it is not ours: an update may be under way. */
async function foreignRegistration({
  worker,
  scope,
}: SiteWorkerOptions): Promise<ServiceWorkerRegistration | undefined> {
  const container = navigator.serviceWorker;
  for (const registration of [await container.getRegistration(), await container.getRegistration(scope)]) {
    if (
      registration &&
      workersOf(registration).some(({ scriptURL }) => withoutQuery(scriptURL) !== withoutQuery(worker))
    )
      return registration;
  }
  return undefined;
}

/** The registration that the site makes itself, perhaps only just now. */
function registrationOfSite(): Promise<ServiceWorkerRegistration | 'none'> {
  return withDeadline(navigator.serviceWorker.ready, REGISTER_DEADLINE, 'none');
}

/** Registers our worker, with the list of providers in its URL: it must be able to tell at once, when it starts, what is not its business. */
export async function register(options: SiteWorkerOptions): Promise<ServiceWorkerRegistration | SiteStatus> {
  const url = new URL(options.worker);
  for (const provider of options.providers) url.searchParams.append('provider', provider);
  for (const provider of options.authorization) url.searchParams.append('authorization', provider);
  const registration = navigator.serviceWorker.register(url, { scope: options.scope, updateViaCache: 'none' });
  const stuck: SiteStatus = {
    state: 'registration-stuck',
    reason: `the browser did not finish registering ${options.worker}`,
  };
  try {
    return await withDeadline(registration, REGISTER_DEADLINE, stuck);
  } catch (error) {
    return explain(options.worker, error as Error);
  }
}

/** `register()` fails with one error for many causes; a look at the file tells them apart. */
async function explain(worker: string, error: Error): Promise<SiteStatus> {
  const response = await fetch(worker, { cache: 'no-store' }).catch(() => undefined);
  if (!response) return { state: 'failed', reason: `${worker} could not be fetched: ${error.message}` };
  if (response.status === 404 || response.status === 410) {
    return {
      state: 'worker-missing',
      reason: `${worker} is not there (${response.status}); copy foreign-fetch-sw.js to the root of your site, or name its place with data-worker`,
    };
  }
  const type = response.headers.get('content-type') ?? 'no type';
  if (!response.ok || !/javascript/i.test(type)) {
    return {
      state: 'worker-invalid',
      reason: `${worker} is served as ${type} with status ${response.status}; serve foreign-fetch-sw.js there, as text/javascript`,
    };
  }
  return { state: 'failed', reason: `${worker} could not be registered: ${error.message}` };
}

async function activeWorker(registration: ServiceWorkerRegistration): Promise<ServiceWorker | undefined> {
  const worker = registration.installing ?? registration.waiting;
  if (registration.active && !worker) return registration.active;
  if (!worker)
    return (await withDeadline(navigator.serviceWorker.ready, REGISTER_DEADLINE, undefined))?.active ?? undefined;
  const active = new Promise<ServiceWorker | undefined>(resolve => {
    const look = () => {
      if (!worker || worker.state === 'activated' || worker.state === 'redundant')
        resolve(registration.active ?? undefined);
    };
    worker?.addEventListener('statechange', look);
    look();
  });
  // A new version of a worker that answers already may well wait; a first one should not take long.
  return withDeadline(
    active,
    registration.active ? WELCOME_DEADLINE : REGISTER_DEADLINE,
    registration.active ?? undefined,
  );
}

/** Whether there is foreign fetch in this worker. */
async function isWelcome(worker: ServiceWorker, first: boolean): Promise<boolean> {
  let stop = () => {};
  const welcome = new Promise<boolean>(resolve => {
    const listen = (event: MessageEvent) => {
      if (fieldsOf(event.data)?.foreignFetch === 'welcome') resolve(true);
    };
    navigator.serviceWorker.addEventListener('message', listen);
    stop = () => navigator.serviceWorker.removeEventListener('message', listen);
  });
  navigator.serviceWorker.startMessages();
  worker.postMessage({ foreignFetch: 'hello', first });
  const answer = await withDeadline(welcome, WELCOME_DEADLINE, false);
  stop();
  return answer;
}

function needsMixin(worker: ServiceWorker, { providers }: SiteWorkerOptions): SiteStatus {
  const call = `enableForeignFetch(${JSON.stringify({ providers })})`;
  return {
    state: 'needs-mixin',
    reason: `this site has a service worker of its own; copy foreign-fetch-mixin.js beside it, make these the first lines of ${worker.scriptURL}: importScripts('/foreign-fetch-mixin.js'); ${call}; and give our script tag the attribute data-mixin`,
  };
}

function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

async function withDeadline<T, U>(promise: Promise<T>, milliseconds: number, otherwise: U): Promise<T | U> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<U>(resolve => {
    timer = setTimeout(() => resolve(otherwise), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
