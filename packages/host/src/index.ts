/**
 * The script of the host document: registers the provider's foreign worker in its partition and hands it channels.
 *
 * Requirements
 * 1. It says only that it is there (`syn`), to its parent, and answers only its parent.
 * 2. No timer is on the way to the first answer: engines throttle timers in hidden third-party frames for minutes.
 * 3. It sends the worker functional events only when the worker asks.
 */
import { fieldsOf, type ProviderState, type Syn, type ToForeignWorker } from '@foreign-fetch/protocol';
import { type DeclaredWorker, declaredWorkers } from './declared-workers.js';
import { HostSession } from './host-session.js';
import { activeWorker, RegistrationError, registerWorker } from './registered-worker.js';

const workers = new Map<string, ServiceWorkerRegistration>();
const declared = declaredWorkers();
let session: HostSession | undefined;
let status: { state: ProviderState; reason: string } = { state: 'connecting', reason: '' };

function setStatus(state: ProviderState, reason: string): void {
  status = { state, reason };
  session?.tell(state, reason);
}

function receive(event: MessageEvent): void {
  if (event.source !== window.parent || event.origin === 'null' || fieldsOf(event.data)?.foreignFetch !== 'connect')
    return;
  const [port] = event.ports;
  if (!port) return;
  session?.close();
  const scopes = declared.map(({ scope }) => scope);
  session = new HostSession(port, event.origin, workers, scopes);
  session.tell(status.state, status.reason);
}

async function start(): Promise<void> {
  if (declared.length === 0)
    return setStatus(
      'no-handler',
      'its host document names no worker; add <link rel="serviceworker" href="/worker.js" scope="/">',
    );
  if (!('serviceWorker' in navigator))
    return setStatus('blocked', 'this browser gives third-party frames no service workers');
  listenToWorkers();
  await Promise.all(declared.map(bring));
}

async function bring(worker: DeclaredWorker): Promise<void> {
  try {
    const registration = await registerWorker(worker);
    if (!registration.active && workers.size === 0) setStatus('installing', '');
    await activeWorker(registration);
    workers.set(worker.scope, registration);
    setStatus('active', '');
  } catch (error) {
    // One worker that works is enough to be active; the others are missed by nobody but their provider.
    if (workers.size > 0) return console.warn(`[foreign-fetch] ${(error as Error).message}`);
    if (error instanceof RegistrationError) setStatus(error.state, error.message);
    else setStatus('blocked', `service workers are forbidden here: ${(error as Error).message}`);
  }
}

function listenToWorkers(): void {
  navigator.serviceWorker.addEventListener('message', event => {
    if (fieldsOf(event.data)?.foreignFetch === 'renew-me')
      (event.source as ServiceWorker | null)?.postMessage({ foreignFetch: 'renew' } satisfies ToForeignWorker);
  });
  navigator.serviceWorker.startMessages();
}

if (window.parent !== window) {
  window.addEventListener('message', receive);
  const syn: Syn = { foreignFetch: 'syn' };
  // '*' because we do not know who embeds us yet; the message says nothing.
  window.parent.postMessage(syn, '*');
  start().catch((error: Error) => setStatus('blocked', error.message));
}
