/**
 * Messages that bring a channel about, between page script, host frame, foreign worker and shim.
 *
 * Requirements
 * 1. The host frame speaks first, to `'*'`, and says nothing but that it is there (`syn`). Everything else has an exact target.
 * 2. The page answers with `connect` and a private port; from then on both use only that port.
 * 3. Every message is checked for source, origin and shape. The client's origin is the `MessageEvent.origin` of `connect`, as the
 *    browser attests it, and nothing else.
 * 4. All our messages carry the key `foreignFetch`, whose value names the message; whatever lacks it is somebody else's.
 * 5. Every question has an asker that stops waiting by itself.
 */
import type { ProviderState, ProviderStatus } from './status.js';
import type { VersionRange } from './version.js';

/** Host frame -> embedding page (window message). */
export interface Syn {
  readonly foreignFetch: 'syn';
}

/** Page -> host frame (window message, exact target origin), with one port. */
export interface Connect {
  readonly foreignFetch: 'connect';
}

/** A foreign worker that the host document names, once it is registered. */
export interface HostedWorker {
  readonly scope: string;
  readonly script: string;
}

/** Host frame -> page (private port). */
export interface FromHost {
  readonly foreignFetch: 'host-status';
  readonly state: ProviderState;
  readonly reason: string;
  /** Those that are active. */
  readonly workers: readonly HostedWorker[];
  /** Scopes of all workers that the document names. */
  readonly declared: readonly string[];
}

/** Page -> host frame (private port). `open` carries one port: the foreign worker's end of a channel. */
export type ToHost = { readonly foreignFetch: 'open'; readonly scope: string; readonly range: VersionRange };

/** Host frame -> foreign worker (`postMessage` on the registration's active worker). `channel` carries one port. */
export type ToForeignWorker =
  | { readonly foreignFetch: 'channel'; readonly origin: string; readonly range: VersionRange }
  /** A functional event that keeps the worker alive while it works. */
  | { readonly foreignFetch: 'renew' };

/** Foreign worker -> host frame: send `renew`, please. */
export type FromForeignWorker = { readonly foreignFetch: 'renew-me' };

/** Page -> shim (`postMessage` on the site's worker). */
export type ToShimFromPage =
  /**
   * The page script is here. Answered with `welcome`. `first`: nothing in the document before the script could keep it from running, so
   * the next page of this site can be waited for.
   */
  | { readonly foreignFetch: 'hello'; readonly first: boolean }
  /** The page is connecting, and has come a step further. */
  | { readonly foreignFetch: 'present'; readonly provider: string }
  /** With one port: the shim's end of a channel. */
  | { readonly foreignFetch: 'offer'; readonly provider: string; readonly scope: string }
  /** The scopes that the provider's host document declares. */
  | { readonly foreignFetch: 'declared'; readonly provider: string; readonly scopes: readonly string[] }
  /** A functional event that keeps the site's worker alive while it works. */
  | { readonly foreignFetch: 'renew' }
  /** What the page found out about a provider. */
  | { readonly foreignFetch: 'report'; readonly status: ProviderStatus };

/** Shim -> page (`Client.postMessage`). */
export type ToPageFromShim =
  | { readonly foreignFetch: 'welcome'; readonly version: VersionRange; readonly statuses: readonly ProviderStatus[] }
  /** Connect us to this provider. `hosts`: URLs at which its worker is known to answer with its host document; empty at first contact. */
  | { readonly foreignFetch: 'need'; readonly provider: string; readonly hosts: readonly string[] }
  | { readonly foreignFetch: 'status'; readonly status: ProviderStatus }
  /** Send `renew`, please. */
  | { readonly foreignFetch: 'renew-me' };
