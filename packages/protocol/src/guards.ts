/**
 * Checks on arrival. A message that fails them ends the channel it came on; see "Who decides what" in the security model.
 * Only the fields that are read are checked, by type and by size. They are read in place: what arrives was made by the structured clone
 * algorithm, so that a key like `__proto__` is an own property of a fresh object and reaches nobody.
 */
import {
  MAX_CHUNK,
  MAX_REQUEST_BODY,
  type RequestHead,
  type Result,
  type ToShim,
  type ToWorker,
} from './channel-messages.js';
import type { HeaderList } from './headers.js';
import { isVersionRange } from './version.js';

const MAX_STRING = 65_536;
const MAX_HEADERS = 256;
const MAX_LIST = 256;

export type Fields = Readonly<Record<string, unknown>>;

/** The message as fields of unknown types; `undefined` when it is no object. */
export function fieldsOf(value: unknown): Fields | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Fields;
}

export function isText(value: unknown, max = MAX_STRING): value is string {
  return typeof value === 'string' && value.length <= max;
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= MAX_LIST && value.every(item => isText(item));
}

function isHeaderList(value: unknown): value is HeaderList {
  return (
    Array.isArray(value) &&
    value.length <= MAX_HEADERS &&
    value.every(pair => Array.isArray(pair) && pair.length === 2 && isText(pair[0], 1024) && isText(pair[1]))
  );
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isBuffer(value: unknown, max: number): value is ArrayBuffer {
  return value instanceof ArrayBuffer && value.byteLength <= max;
}

function isRequestHead(value: unknown): value is RequestHead {
  const head = fieldsOf(value);
  return (
    head !== undefined &&
    isText(head.url) &&
    isText(head.method, 64) &&
    isHeaderList(head.headers) &&
    (head.mode === 'cors' || head.mode === 'no-cors') &&
    (head.credentials === 'omit' || head.credentials === 'include') &&
    isText(head.cache, 32) &&
    isText(head.redirect, 32) &&
    isText(head.referrer) &&
    isText(head.referrerPolicy, 64) &&
    isText(head.integrity) &&
    typeof head.keepalive === 'boolean' &&
    isText(head.destination, 32) &&
    isText(head.clientId, 128)
  );
}

function isResult(value: unknown): value is Result {
  const result = fieldsOf(value);
  if (!result) return false;
  switch (result.kind) {
    case 'none':
    case 'repeated':
    case 'opaque':
    case 'opaqueredirect':
      return true;
    case 'error':
      return isText(result.reason);
    case 'response': {
      const head = fieldsOf(result.head);
      return (
        head !== undefined &&
        Number.isInteger(head.status) &&
        isText(head.statusText, 1024) &&
        isHeaderList(head.headers) &&
        typeof head.nosniff === 'boolean' &&
        (head.location === null || isText(head.location))
      );
    }
    default:
      return false;
  }
}

function isForeignRegistration(value: unknown): boolean {
  const registration = fieldsOf(value);
  return (
    registration !== undefined &&
    isText(registration.scope) &&
    isTextList(registration.scopes) &&
    typeof registration.allowed === 'boolean' &&
    isTextList(registration.methods) &&
    isTextList(registration.headers) &&
    typeof registration.credentials === 'boolean'
  );
}

/** A message from a foreign worker, or `undefined` when it is not one that we know. */
export function readToShim(data: unknown): ToShim | undefined {
  const message = fieldsOf(data);
  if (!message) return undefined;
  const valid = (): boolean => {
    switch (message.type) {
      case 'hello':
        return isSize(message.version) && isText(message.instance, 128) && isForeignRegistration(message.registration);
      case 'mismatch':
        return isVersionRange(message.range);
      case 'pong':
      case 'alive':
        return true;
      case 'ack':
        return isText(message.id, 128);
      case 'answer':
        return (
          isText(message.id, 128) &&
          isResult(message.result) &&
          (message.body === null || message.body === 'stream' || isBuffer(message.body, MAX_CHUNK))
        );
      case 'chunk':
        return isText(message.id, 128) && isBuffer(message.bytes, MAX_CHUNK);
      case 'end':
        return isText(message.id, 128) && isSize(message.size);
      case 'cut':
        return isText(message.id, 128) && isText(message.reason);
      default:
        return false;
    }
  };
  return valid() ? (message as unknown as ToShim) : undefined;
}

/** A message from a shim, or `undefined` when it is not one that we know. */
export function readToWorker(data: unknown): ToWorker | undefined {
  const message = fieldsOf(data);
  if (!message) return undefined;
  const valid = (): boolean => {
    switch (message.type) {
      case 'ping':
      case 'close':
        return true;
      case 'request':
        return (
          isText(message.id, 128) &&
          isRequestHead(message.head) &&
          (message.body === null || isBuffer(message.body, MAX_REQUEST_BODY))
        );
      case 'pull':
        return isText(message.id, 128) && isSize(message.bytes);
      case 'abort':
        return isText(message.id, 128);
      default:
        return false;
    }
  };
  return valid() ? (message as unknown as ToWorker) : undefined;
}
