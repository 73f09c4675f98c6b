/** The service workers that this document names: `<link rel="serviceworker" href scope workertype updateviacache>` (spec.md 8). */
import { WELL_KNOWN_PATH } from '@foreign-fetch/protocol';

export interface DeclaredWorker {
  readonly script: string;
  readonly scope: string;
  readonly type: WorkerType;
  readonly updateViaCache: ServiceWorkerUpdateViaCache;
}

/** Only the provider's document says which script is registered, and for which scope; nothing that an embedder sends does. */
export function declaredWorkers(): DeclaredWorker[] {
  // The same document is also served inside the worker's scope; its relative URLs mean what they mean at its well-known place.
  const base = new URL(WELL_KNOWN_PATH, location.origin).href;
  return [...document.querySelectorAll<HTMLLinkElement>('link[rel~="serviceworker" i][href]')].flatMap(link => {
    const href = link.getAttribute('href');
    if (!href || !URL.canParse(href, base)) return [];
    const script = new URL(href, base).href;
    const scope = link.getAttribute('scope');
    const type = link.getAttribute('workertype') ?? 'classic';
    if (type !== 'classic' && type !== 'module') return [];
    return [
      {
        script,
        scope: withoutFragment(scope === null ? new URL('./', script) : new URL(scope, base)),
        type,
        updateViaCache: readUpdateViaCache(link.getAttribute('updateviacache')),
      },
    ];
  });
}

function withoutFragment(url: URL): string {
  url.hash = '';
  return url.href;
}

function readUpdateViaCache(value: string | null): ServiceWorkerUpdateViaCache {
  const lower = value?.toLowerCase();
  return lower === 'all' || lower === 'imports' ? lower : 'none';
}
