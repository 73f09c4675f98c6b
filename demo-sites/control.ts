/**
 * The switches: `POST /control/<server>/<online|offline>`, `GET /control` for how they stand, `GET /control/events` for every change.
 * `<server>` is `random`, `analytics`, `news`, `shop`, or `all`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { corsForDemoSites, refuseOtherSites } from './cross-origin.js';
import { EventStream } from './event-stream.js';
import { sendText } from './static-files.js';
import type { VirtualHost } from './virtual-hosts.js';

export class Control {
  readonly #servers: Readonly<Record<string, VirtualHost>>;
  readonly #stream = new EventStream();

  constructor(servers: Readonly<Record<string, VirtualHost>>) {
    this.#servers = servers;
  }

  /** Whether the request was for us. */
  answer(request: IncomingMessage, response: ServerResponse, { pathname }: URL): boolean {
    if (pathname !== '/control' && !pathname.startsWith('/control/')) return false;
    const cors = corsForDemoSites(request);
    if (!cors) refuseOtherSites(response);
    else if (pathname === '/control/events') this.#stream.open(request, response, this.#state(), cors);
    else if (pathname === '/control') this.#sendState(response, cors);
    else this.#turn(request, response, pathname, cors);
    return true;
  }

  #turn(request: IncomingMessage, response: ServerResponse, pathname: string, cors: Record<string, string>): void {
    const [, , name = '', to] = pathname.split('/');
    const known = Object.keys(this.#servers);
    if (
      request.method !== 'POST' ||
      !(known.includes(name) || name === 'all') ||
      (to !== 'online' && to !== 'offline')
    ) {
      const usage = `Use POST /control/<${known.join('|')}|all>/<online|offline>.\n`;
      sendText(response, request.method === 'POST' ? 404 : 405, usage);
      return;
    }
    for (const [key, server] of Object.entries(this.#servers)) {
      if (name === 'all' || name === key) server.online = to === 'online';
    }
    this.#stream.send(this.#state());
    this.#sendState(response, cors);
  }

  #state(): Record<string, boolean> {
    return Object.fromEntries(Object.entries(this.#servers).map(([name, { online }]) => [name, online]));
  }

  #sendState(response: ServerResponse, cors: Record<string, string>): void {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store', ...cors });
    response.end(JSON.stringify(this.#state()));
  }
}
