/**
 * The host document of a provider: what `/.well-known/foreign-fetch` serves.
 *
 * Requirements
 * 1. It is whole in one response: the worker keeps a copy, and answers with it when there is no network.
 * 2. `Cross-Origin-Embedder-Policy: require-corp` and `Cross-Origin-Resource-Policy: cross-origin` let it load on pages under COEP.
 * 3. Its Content-Security-Policy lets it run its own script and register workers, and nothing else.
 * 4. It may be read across origins (it is the same for everyone), so that a site can tell "not there" from "not reachable".
 */
import { hash, script as hostScript } from 'foreign-fetch-host-script';

export interface ForeignWorker {
  /** URL of the service worker, on this origin, as in `/worker.js`. */
  readonly script: string;
  /** Default: the folder of the script. A wider one needs the `Service-Worker-Allowed` header on the script. */
  readonly scope?: string;
  /** Default `classic`. */
  readonly type?: 'classic' | 'module';
  /** Which of the worker's scripts may come from the HTTP cache in an update check. Default `none`. */
  readonly updateViaCache?: 'none' | 'imports' | 'all';
}

export interface HostDocument {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const WELL_KNOWN_PATH = '/.well-known/foreign-fetch';

/** The host document that names these workers. @throws TypeError when there is none. */
export function hostDocument(workers: readonly ForeignWorker[]): HostDocument {
  if (workers.length === 0)
    throw new TypeError('hostDocument(): name at least one worker, as in [{ script: "/worker.js" }].');
  const body = `<!doctype html>
<meta charset="utf-8">
<title>Foreign fetch</title>
${workers.map(toLink).join('\n')}
<script>${hostScript}</script>
`;
  return {
    body,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'access-control-allow-origin': '*',
      'content-security-policy': `default-src 'none'; script-src ${hash}; worker-src 'self'`,
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'cross-origin',
    },
  };
}

function toLink({ script, scope, type, updateViaCache }: ForeignWorker): string {
  const attributes = { rel: 'serviceworker', href: script, scope, workertype: type, updateviacache: updateViaCache };
  const written = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${escapeAttribute(value)}"`],
  );
  return `<link ${written.join(' ')}>`;
}

function escapeAttribute(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
