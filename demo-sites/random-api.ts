/** The provider of random numbers: `GET /random/number`. That it offers foreign fetch is its host document and its worker. */
import { hostDocument, WELL_KNOWN_PATH } from '@foreign-fetch/server';
import { PROVIDER_SCRIPTS, type StaticSite, sendFile } from './static-files.js';
import type { Handler } from './virtual-hosts.js';

export function randomApi(port: number): Handler {
  const site: StaticSite = { folder: 'random', port, scripts: PROVIDER_SCRIPTS };
  const { headers, body } = hostDocument([{ script: '/random/worker.js' }]);
  return async (request, response, { pathname }) => {
    if (pathname === WELL_KNOWN_PATH) {
      response.writeHead(200, headers).end(body);
      return;
    }
    if (pathname !== '/random/number') return sendFile(response, site, pathname);
    response.writeHead(200, {
      'content-type': 'text/plain',
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'X-Answered-By, X-Asked-By',
      'x-answered-by': 'server',
      // A foreign worker's requests are same-origin to its server.
      'x-asked-by': request.headers['sec-fetch-site'] === 'same-origin' ? 'foreign worker' : 'page',
    });
    response.end(String(Math.floor(Math.random() * 100)));
  };
}
