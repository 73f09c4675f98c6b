/**
 * What is known of a provider. `active` is the only state in which requests are offered; in every other one they use the network.
 * - `idle`: listed, not yet contacted
 * - `connecting`: its host frame is being opened
 * - `installing`: its worker is being installed; nobody waits for that
 * - `active`: its worker answers
 * - `no-handler`: it has no host document, no worker, or a worker that does not handle this site's requests
 * - `blocked`: a policy (CSP, X-Frame-Options, COEP, browser settings) forbids its frame, its worker, or the site's worker from reaching it
 * - `unreachable`: its server does not answer
 * - `protocol-mismatch`: it and the site speak no common version of the protocol
 * - `registration-stuck`: the browser never finished registering its worker
 * - `too-slow`: its worker did not answer within the deadline
 */
export type ProviderState =
  | 'idle'
  | 'connecting'
  | 'installing'
  | 'active'
  | 'no-handler'
  | 'blocked'
  | 'unreachable'
  | 'protocol-mismatch'
  | 'registration-stuck'
  | 'too-slow';

export interface ProviderStatus {
  /** Serialized origin, as in `http://random.localhost:8080`. */
  readonly provider: string;
  readonly state: ProviderState;
  /** A sentence for a person: the cause, and the remedy where there is one. Empty when there is nothing to say. */
  readonly reason: string;
  /** Milliseconds since the epoch before which nobody tries again; absent when no retry is pending. */
  readonly retryAt?: number;
  /** The policy of the site's own service worker forbids the provider: that worker could not even fall back to the network. */
  readonly byWorkerPolicy?: true;
}

const STATES: ReadonlySet<string> = new Set<ProviderState>([
  'idle',
  'connecting',
  'installing',
  'active',
  'no-handler',
  'blocked',
  'unreachable',
  'protocol-mismatch',
  'registration-stuck',
  'too-slow',
]);

/** States from which a provider does not recover by waiting a moment; `foreignFetch.ready` counts them as settled. */
export function isSettled(state: ProviderState): boolean {
  return state !== 'idle' && state !== 'connecting' && state !== 'installing';
}

export function isProviderState(value: unknown): value is ProviderState {
  return typeof value === 'string' && STATES.has(value);
}
