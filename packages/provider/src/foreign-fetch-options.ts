/** The argument of `registerForeignFetch()`, checked: spec.md 2 and 10. */
import { toDictionary, toStringSequence } from './webidl.js';

/** What a provider passes to `event.registerForeignFetch()` in its `install` listener. */
export interface ForeignFetchOptions {
  /** URLs, relative to the worker's script, that start with the registration's scope. At least one. */
  scopes: Iterable<string>;
  /** Origins whose requests are handled, as in `https://news.example`, or `['*']` for all. At least one. */
  origins: Iterable<string>;
  /** Methods beyond GET, HEAD and POST, as in `['PUT', 'DELETE']`. Default none. */
  methods?: Iterable<string>;
  /** Names of request headers beyond the CORS safelist, as in `['content-type', 'if-match']`. Default none. */
  headers?: Iterable<string>;
  /** Whether requests made with credentials keep them. Needs named origins. Default false. */
  credentials?: boolean;
}

/** The lists of one worker version, ready to be stored and matched. */
export interface ForeignFetchLists {
  /** Absolute URLs. */
  readonly scopes: readonly string[];
  /** Serialized origins; the empty list means every origin. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** Lower case. */
  readonly headers: readonly string[];
  readonly credentials: boolean;
}

export const NO_LISTS: ForeignFetchLists = { scopes: [], origins: [], methods: [], headers: [], credentials: false };

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** The methods that Fetch normalizes ("normalize a method"); others, PATCH among them, are case-sensitive. */
const NORMALIZED = /^(delete|get|head|options|post|put)$/i;

/** The dictionary conversion of Web IDL, which comes before every other check: members in lexicographical order. */
export function convertOptions(options: unknown): Required<{ [K in keyof ForeignFetchOptions]: unknown }> & {
  scopes: string[];
  origins: string[];
  methods: string[];
  headers: string[];
} {
  const dictionary = toDictionary(options, 'registerForeignFetch(): the argument');
  const list = (name: string, required: boolean): string[] => {
    const value = dictionary[name];
    if (value === undefined && !required) return [];
    if (value === undefined) throw new TypeError(`registerForeignFetch(): "${name}" is missing.`);
    return toStringSequence(value, `registerForeignFetch(): "${name}"`);
  };
  const credentials = Boolean(dictionary.credentials);
  const headers = list('headers', false);
  const methods = list('methods', false);
  const origins = list('origins', true);
  const scopes = list('scopes', true);
  return { credentials, headers, methods, origins, scopes };
}

/** Steps 2 to 5. Throws a TypeError that names the remedy; returns without any effect. */
export function checkOptions(
  converted: ReturnType<typeof convertOptions>,
  scriptUrl: string,
  registrationScope: string,
): ForeignFetchLists {
  const origins = checkOrigins(converted.origins);
  if (converted.scopes.length === 0)
    throw new TypeError(
      'registerForeignFetch(): "scopes" is empty; name at least one, as in [self.registration.scope].',
    );
  const scopes = converted.scopes.map(scope => checkScope(scope, scriptUrl, registrationScope));
  const credentials = Boolean(converted.credentials);
  if (credentials && origins.length === 0) {
    throw new TypeError(
      `registerForeignFetch(): "credentials: true" needs named origins; with ['*'] any site could act as the user.`,
    );
  }
  return {
    scopes,
    origins,
    methods: converted.methods.map(checkMethod),
    headers: converted.headers.map(checkHeader),
    credentials,
  };
}

function checkOrigins(entries: readonly string[]): string[] {
  if (entries.length === 0)
    throw new TypeError(`registerForeignFetch(): "origins" is empty; write ['*'] to serve every origin.`);
  if (entries.length === 1 && entries[0] === '*') return [];
  return entries.map(entry => {
    if (entry === '*') throw new TypeError(`registerForeignFetch(): '*' stands alone in "origins" or not at all.`);
    const url = URL.canParse(entry) ? new URL(entry) : undefined;
    if (!url || url.origin === 'null') {
      throw new TypeError(
        `registerForeignFetch(): "${entry}" is not an origin; write it with its scheme, as in "https://blog.example.com".`,
      );
    }
    return url.origin;
  });
}

function checkScope(entry: string, scriptUrl: string, registrationScope: string): string {
  if (!URL.canParse(entry, scriptUrl))
    throw new TypeError(`registerForeignFetch(): the scope "${entry}" is not a URL.`);
  const { href } = new URL(entry, scriptUrl);
  if (!href.startsWith(registrationScope)) {
    throw new TypeError(
      `registerForeignFetch(): the scope ${href} is outside the worker's own scope ${registrationScope}; name a URL that starts with it.`,
    );
  }
  return href;
}

function checkMethod(method: string): string {
  if (!TOKEN.test(method) || /^(connect|trace|track)$/i.test(method)) {
    throw new TypeError(`registerForeignFetch(): "${method}" is not a method that a page can use.`);
  }
  return NORMALIZED.test(method) ? method.toUpperCase() : method;
}

function checkHeader(name: string): string {
  if (!TOKEN.test(name)) throw new TypeError(`registerForeignFetch(): "${name}" is not the name of a header.`);
  return name.toLowerCase();
}
