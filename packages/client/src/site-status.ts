/**
 * What is known of the site's own side. `active` is the only state in which foreign fetch works.
 * - `starting`: the service worker is being registered
 * - `active`: the site's service worker has foreign fetch in it
 * - `uncontrolled`: it has, but this page load bypasses it (a forced reload)
 * - `needs-mixin`: the site has a service worker of its own, without foreign fetch; nothing was registered
 * - `worker-missing`, `worker-invalid`: our worker file is not there, or is something else
 * - `insecure`: not https, and not localhost
 * - `unsupported`: this browser, or this mode of it, has no service workers
 * - `registration-stuck`: the browser never finished registering
 * - `failed`: anything else; the reason has the browser's words
 */
export type SiteState =
  | 'starting'
  | 'active'
  | 'uncontrolled'
  | 'needs-mixin'
  | 'worker-missing'
  | 'worker-invalid'
  | 'insecure'
  | 'unsupported'
  | 'registration-stuck'
  | 'failed';

export interface SiteStatus {
  readonly state: SiteState;
  /** A sentence for a person: the cause, and the remedy. Empty when there is nothing to say. */
  readonly reason: string;
}
