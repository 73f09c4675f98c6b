/**
 * Header lists of the Fetch standard ("CORS-safelisted request-header", "CORS-safelisted response-header name") and the rule of
 * spec.md 3g and 9.14: which requests may be offered, and which of their headers cross the channel.
 */
export type HeaderList = readonly (readonly [name: string, value: string])[];

const SAFELISTED_RESPONSE_NAMES: ReadonlySet<string> = new Set([
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
]);

/** Names that stay visible to a cross-origin reader whatever the provider exposes. */
export function isSafelistedResponseName(name: string): boolean {
  return SAFELISTED_RESPONSE_NAMES.has(name);
}

/** "Forbidden response-header name": never visible to script. */
export function isForbiddenResponseName(name: string): boolean {
  return name === 'set-cookie' || name === 'set-cookie2';
}

/**
 * Headers that the browser itself puts on `event.request` (measured 2026-11-20: Chromium 156 `user-agent`, `sec-ch-ua*`; Firefox 153
 * `accept-language`; WebKitGTK 2.50 `cache-control` on an EventSource). Rule 3g is about what the page asked for, so it does not see them.
 */
function isAddedByBrowser(name: string, isEventSource: boolean): boolean {
  if (name.startsWith('sec-')) return true;
  switch (name) {
    case 'accept':
    case 'accept-language':
    case 'dnt':
    case 'origin':
    case 'priority':
    case 'referer':
    case 'user-agent':
      return true;
    case 'cache-control':
    case 'pragma':
      return isEventSource;
    default:
      return false;
  }
}

const SAFELISTED_CONTENT_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];
const MAX_SAFELISTED_VALUE = 128;
// Fetch, "CORS-unsafe request-header byte".
// biome-ignore lint/suspicious/noControlCharactersInRegex: the standard names these bytes
const UNSAFE_BYTES = /[\x00-\x08\x0a-\x1f"():<>?@[\\\]{}\x7f]/;

/** `Range` is safelisted today, and still never offered: 206 semantics (spec.md 7 and 9.8). It is simply not in this list. */
function isSafelistedRequestHeader(name: string, value: string): boolean {
  if (value.length > MAX_SAFELISTED_VALUE) return false;
  if (name === 'content-language') return /^[0-9A-Za-z *,\-.;=]*$/.test(value);
  if (name !== 'content-type' || UNSAFE_BYTES.test(value)) return false;
  const essence = (value.split(';')[0] ?? '').trim().toLowerCase();
  return SAFELISTED_CONTENT_TYPES.includes(essence);
}

/**
 * The headers that cross the channel, or `undefined` when one of them keeps the request from being offered.
 * `headers`: names in lower case. `allowed`: names, in lower case, that the provider's worker accepts beyond the safelist.
 */
export function offeredHeaders(
  headers: Iterable<readonly [string, string]>,
  allowed: readonly string[],
): [string, string][] | undefined {
  const all = [...headers];
  const isEventSource = all.some(([name, value]) => name === 'accept' && value === 'text/event-stream');
  const offered: [string, string][] = [];
  for (const [name, value] of all) {
    if (name === 'accept' || name === 'accept-language') offered.push([name, value]);
    else if (isAddedByBrowser(name, isEventSource)) continue;
    else if (name !== 'range' && (allowed.includes(name) || isSafelistedRequestHeader(name, value)))
      offered.push([name, value]);
    else return undefined;
  }
  return offered;
}

/** Methods that may be sent twice without an effect, as far as we rely on it. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
