/**
 * The drop-in script:
 *
 *     <script src="/foreign-fetch.js" data-providers="https://api.example https://fonts.example"></script>
 *
 * As the first script of the head it serves even what the markup asks for next. Attributes: `data-providers` (origins, separated by
 * spaces), `data-authorization` (those of them that may be handed `Authorization`), `data-worker`, `data-scope`, and `data-mixin` for a site
 * that registers a service worker of its own with our mixin in it.
 */
import { httpOrigin } from '@foreign-fetch/protocol';
import { type ForeignFetch, startForeignFetch } from './index.js';

declare global {
  interface Window {
    /** Set by the script tag. */
    foreignFetch?: ForeignFetch;
  }
}

const script = document.currentScript as HTMLScriptElement;
const { dataset } = script;
const list = (value: string | undefined) => value?.split(/[\s,]+/).filter(Boolean) ?? [];

/** One bad entry must not take the good ones with it. */
function origins(attribute: 'providers' | 'authorization'): string[] {
  return list(dataset[attribute]).filter(entry => {
    const isOrigin = httpOrigin(entry) !== undefined;
    if (!isOrigin)
      console.error(
        `[foreign-fetch] "${entry}" in data-${attribute} is not an origin; write it with its scheme, as in "https://api.example".`,
      );
    return isOrigin;
  });
}

if (list(dataset.providers).length === 0)
  console.warn('[foreign-fetch] The script tag has no data-providers: nothing will be offered to anybody.');

if (!window.foreignFetch) {
  window.foreignFetch = startForeignFetch({
    providers: origins('providers'),
    authorization: origins('authorization'),
    // Only what stands before it can block it; what comes after is not parsed yet.
    first: !script.async && !script.defer && document.querySelector('script, link[rel~="stylesheet"]') === script,
    mixin: dataset.mixin !== undefined,
    ...(dataset.worker !== undefined && { worker: dataset.worker }),
    ...(dataset.scope !== undefined && { scope: dataset.scope }),
  });
}
