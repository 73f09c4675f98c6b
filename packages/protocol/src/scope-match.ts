/**
 * Which registration a URL belongs to, and whether it takes part (spec.md 3c).
 * 1. Only the registration with the longest matching scope is considered, even if a shorter one has a fitting foreign scope.
 * 2. The serialized URL must start with one of that registration's foreign scopes.
 * 3. Both are plain string prefixes of serialized URLs.
 */
export interface Scoped {
  /** Absolute URL of the registration's scope. */
  readonly scope: string;
}

export function longestScope<T extends Scoped>(registrations: Iterable<T>, url: string): T | undefined {
  let best: T | undefined;
  for (const candidate of registrations) {
    if (url.startsWith(candidate.scope) && (!best || candidate.scope.length > best.scope.length)) best = candidate;
  }
  return best;
}

export function inForeignScope(scopes: readonly string[], url: string): boolean {
  return scopes.some(scope => url.startsWith(scope));
}

/** The URL inside `scope` at which a known worker answers with the host document (spec.md of the project, section "Start with no network"). */
export function hostUrl(scope: string): string {
  const url = new URL(scope);
  url.search = HOST_QUERY;
  return url.href;
}

export const HOST_QUERY = '?foreign-fetch=host';

/** Where a provider is met for the first time (RFC 8615). */
export const WELL_KNOWN_PATH = '/.well-known/foreign-fetch';
