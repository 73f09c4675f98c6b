/** The sites that use the providers, news and shop. `/?polyfill=off` is the same page without foreign fetch, for comparison. */
import { readSiteFile, SITE_SCRIPTS, type StaticSite, send, sendFile } from './static-files.js';
import type { Handler } from './virtual-hosts.js';

const OUR_TAG = /<script\s+src="\/foreign-fetch\.js"[^>]*><\/script>/;
/** The shop registers its worker, with foreign fetch in it, by itself. */
const OWN_REGISTRATION = /<script>navigator\.serviceWorker[^<]*<\/script>/;

export interface ClientSite {
  readonly folder: string;
  readonly port: number;
  /** The service worker that the site has when foreign fetch is off. Default none. */
  readonly ownWorker?: string;
}

export function clientSite({ folder, port, ownWorker }: ClientSite): Handler {
  const site: StaticSite = { folder, port, scripts: SITE_SCRIPTS };
  const keep = ownWorker === undefined ? '' : ` data-keep="${ownWorker}"`;
  return async (_, response, { pathname, searchParams }) => {
    if (pathname !== '/' || searchParams.get('polyfill') !== 'off') return sendFile(response, site, pathname);
    const page = (await readSiteFile(site, '/')) ?? '';
    send(
      response,
      'text/html; charset=utf-8',
      page.replace(OUR_TAG, `<script src="/shared/polyfill-off.js"${keep}></script>`).replace(OWN_REGISTRATION, ''),
    );
  };
}
