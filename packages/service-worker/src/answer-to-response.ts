/**
 * The Response that the page gets, made from what the worker answered. Engines disagree about synthesized responses (platform facts,
 * 2026-11: Chromium 156, Firefox 153, WebKitGTK 2.50); this is where they are made to agree.
 *
 * - Statuses that cannot be built, or must not have a body: `response-table.ts` of the protocol.
 * - Under COEP, Firefox and WebKit block a synthesized answer to a no-cors request without `Cross-Origin-Resource-Policy`.
 * - Without `nosniff`, JSON and text would run as scripts; the flag crosses the channel although the header is not exposed.
 * - `fetch()` sees every header of a synthesized response, so what only the engine needs is not set where script would see it.
 */
import { isNullBodyStatus } from '@foreign-fetch/protocol';
import type { Answer } from './foreign-request.js';

export function toResponse(mode: RequestMode, destination: RequestDestination, { result, body }: Answer): Response {
  if (result.kind !== 'response') return Response.error();
  const { head } = result;
  const headers = new Headers(head.headers.map(([name, value]): [string, string] => [name, value]));
  if (mode === 'no-cors') headers.set('cross-origin-resource-policy', 'cross-origin');
  if (head.nosniff && (mode === 'no-cors' || destination !== '')) headers.set('x-content-type-options', 'nosniff');
  const init: ResponseInit = { status: head.status, statusText: head.statusText, headers };
  return new Response(isNullBodyStatus(head.status) ? null : body, init);
}

/**
 * What the page sees of a redirect that it did not want to be followed; where it leads is nobody's business. Without a Location, because
 * WebKitGTK 2.50 (2026-11) fails a CORS request that a service worker answers with a redirect that has one, whatever its redirect mode.
 */
export function toOpaqueRedirect(): Response {
  return new Response(null, { status: 302 });
}
