/**
 * The provider of analytics.
 * - `POST /collect`: one hit as JSON, sent as text/plain so that it stays a simple CORS request
 * - `GET /pixel.gif?type=...`: one hit, for plain markup
 * - `GET /analytics.js`: the script that sites embed
 * - `GET /events`, `POST /clear`, `POST /lose-answer`: for the dashboard
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hostDocument, WELL_KNOWN_PATH } from '@foreign-fetch/server';
import { corsForDemoSites, readBody, refuseOtherSites } from './cross-origin.js';
import { EventStream } from './event-stream.js';
import { type Hit, HitStore } from './hit-store.js';
import { PROVIDER_SCRIPTS, type StaticSite, sendFile, sendText } from './static-files.js';
import type { Handler } from './virtual-hosts.js';

const MAX_HIT_BYTES = 8192;
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'X-Answered-By',
  'x-answered-by': 'server',
  'cache-control': 'no-store',
};

export function collector(port: number): Handler {
  const site: StaticSite = { folder: 'analytics', port, scripts: PROVIDER_SCRIPTS };
  const host = hostDocument([{ script: '/worker.js' }]);
  const store = new HitStore();
  const stream = new EventStream();
  /** The id whose answers get lost: its sender cannot know that it was counted. Empty: the next one's. */
  let losing: string | undefined;

  const count = (hit: Hit, request: IncomingMessage): boolean => {
    store.add(hit);
    stream.send(store.state);
    if (losing === undefined) return true;
    if (losing === '') {
      losing = hit.id;
      // Browsers try again at once on a connection that broke before the answer; that answer gets lost as well.
      setTimeout(() => {
        losing = undefined;
      }, 1000);
    }
    if (losing !== hit.id) return true;
    request.socket.destroy();
    return false;
  };

  const collect = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await readBody(request, MAX_HIT_BYTES);
    const hit = text === undefined ? undefined : toHit(parse(text), request);
    if (!hit) {
      response.writeHead(400, CORS).end(`A hit is a JSON object with a "type", of ${MAX_HIT_BYTES} bytes at most.\n`);
    } else if (count(hit, request)) response.writeHead(202, CORS).end();
  };

  const dashboard = (request: IncomingMessage, response: ServerResponse, pathname: string): void => {
    const cors = corsForDemoSites(request);
    if (!cors) refuseOtherSites(response);
    else if (pathname === '/events') stream.open(request, response, store.state, cors);
    else if (request.method !== 'POST') sendText(response, 405, `Use POST ${pathname}.\n`);
    else {
      if (pathname === '/lose-answer') losing = '';
      else store.clear();
      stream.send(store.state);
      response.writeHead(204, cors).end();
    }
  };

  return async (request, response, url) => {
    const { pathname } = url;
    switch (pathname) {
      case WELL_KNOWN_PATH:
        response.writeHead(200, host.headers).end(host.body);
        return;
      case '/collect':
        if (request.method === 'POST') return collect(request, response);
        return sendText(response, 405, 'Use POST.\n');
      case '/pixel.gif': {
        const hit = toHit(Object.fromEntries(url.searchParams), request);
        if (!hit || count(hit, request)) response.writeHead(200, { ...CORS, 'content-type': 'image/gif' }).end(PIXEL);
        return;
      }
      case '/queue':
        // Only the worker knows what waits in it; where there is none, nothing does.
        response.writeHead(204, CORS).end();
        return;
      case '/events':
      case '/clear':
      case '/lose-answer':
        return dashboard(request, response, pathname);
      default:
        return sendFile(response, site, pathname);
    }
  };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function toHit(fields: Record<string, unknown> | undefined, { headers }: IncomingMessage): Hit | undefined {
  const text = (name: string) => {
    const value = fields?.[name];
    return typeof value === 'string' ? value.slice(0, 200) : '';
  };
  if (!fields || text('type') === '') return undefined;
  // Only our own worker, which is same-origin, may say for which site it speaks.
  const fromWorker = headers['sec-fetch-site'] === 'same-origin';
  const referrer = headers.referer && URL.canParse(headers.referer) ? new URL(headers.referer).origin : 'unknown';
  const repeated = fields.repeated === true;
  const at = Number.isFinite(fields.at) ? Number(fields.at) : Date.now();
  const replayed = repeated || (fromWorker && fields.replayed === true);
  return {
    id: text('id') || randomUUID(),
    site: fromWorker ? text('site') || 'unknown' : (headers.origin ?? referrer),
    type: text('type'),
    detail: text('detail'),
    at,
    outcome: replayed ? 'replayed' : 'live',
    repeated,
    waited: replayed ? Math.max(0, Date.now() - at) : 0,
  };
}
