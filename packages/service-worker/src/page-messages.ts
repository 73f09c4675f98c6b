/**
 * What pages tell the shim, and what they are told.
 * 1. Only window clients of this site can send these messages; a page of the site may say what it likes about the site's own providers.
 * 2. `hello` is answered, so that a page knows that this worker has foreign fetch in it at all.
 */
import {
  fieldsOf,
  isProviderState,
  isText,
  PROTOCOL,
  type ProviderStatus,
  type ToPageFromShim,
} from '@foreign-fetch/protocol';
import type { Provider } from './provider.js';
import type { Shim } from './shim.js';

export function handlePageMessage(shim: Shim, event: ExtendableMessageEvent): void {
  const message = fieldsOf(event.data);
  if (!message || typeof message.foreignFetch !== 'string') return;
  event.stopImmediatePropagation();
  shim.heard(pageOf(event));
  switch (message.foreignFetch) {
    case 'hello':
      return event.waitUntil(welcome(shim, event, message.first === true));
    case 'present':
      return event.waitUntil(withProvider(shim, message.provider, provider => provider.present(pageOf(event))));
    case 'offer': {
      const [port] = event.ports;
      const { scope } = message;
      if (!port || !isText(scope)) return;
      return event.waitUntil(withProvider(shim, message.provider, provider => provider.offer(port, scope)));
    }
    case 'declared': {
      const { scopes } = message;
      if (!Array.isArray(scopes) || !scopes.every(scope => isText(scope))) return;
      return event.waitUntil(withProvider(shim, message.provider, provider => provider.declared(scopes)));
    }
    case 'report': {
      const status = readStatus(message.status);
      if (status)
        event.waitUntil(withProvider(shim, status.provider, provider => provider.report(status, pageOf(event))));
      return;
    }
  }
}

async function welcome(shim: Shim, event: ExtendableMessageEvent, first: boolean): Promise<void> {
  const { source } = event;
  const providers = await shim.providers();
  shim.scriptIsFirst = first;
  const message: ToPageFromShim = {
    foreignFetch: 'welcome',
    version: PROTOCOL,
    statuses: providers.map(({ status }) => status),
  };
  source?.postMessage(message);
  // First contact, and another try once its time has come; an active provider is contacted when a request needs it.
  for (const provider of providers) if (provider.isToBeMet) source?.postMessage(provider.need);
}

function pageOf({ source }: ExtendableMessageEvent): string {
  return source && 'id' in source ? source.id : '';
}

async function withProvider(
  shim: Shim,
  origin: unknown,
  action: (provider: Provider) => void | Promise<void>,
): Promise<void> {
  const provider = isText(origin) ? await shim.provider(origin) : undefined;
  if (provider) await action(provider);
}

function readStatus(value: unknown): ProviderStatus | undefined {
  const status = fieldsOf(value);
  if (!status || !isText(status.provider) || !isText(status.reason, 1024) || !isProviderState(status.state))
    return undefined;
  const { provider, state, reason, retryAt } = status;
  return { provider, state, reason, ...(Number.isSafeInteger(retryAt) && { retryAt: retryAt as number }) };
}
