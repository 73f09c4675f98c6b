/** For a provider's server, in Node or any server that speaks `Request` and `Response`. */
import { type ForeignWorker, hostDocument, WELL_KNOWN_PATH } from './host-document.js';

export { type ForeignWorker, type HostDocument, hostDocument, WELL_KNOWN_PATH } from './host-document.js';

/** Answers the request if it is for the host document; otherwise `undefined`, and it is yours. */
export function foreignFetchHandler(workers: readonly ForeignWorker[]): (request: Request) => Response | undefined {
  const { body, headers } = hostDocument(workers);
  return request => (new URL(request.url).pathname === WELL_KNOWN_PATH ? new Response(body, { headers }) : undefined);
}
