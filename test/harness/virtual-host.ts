import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { CUT, HANG, Reply } from './reply.js';

export interface LoggedRequest {
  readonly host: string;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly at: number;
  /** Aborts when the answer is complete or the client goes away, whichever is first. */
  readonly signal: AbortSignal;
}

export type HandlerResult = Reply | typeof HANG | typeof CUT | undefined;
/** `undefined` answers 404. */
export type Handler = (request: LoggedRequest) => HandlerResult | Promise<HandlerResult>;

/** One site of the test server. Its log is the oracle of what reached the network. */
export class VirtualHost {
  readonly log: LoggedRequest[] = [];
  /** Requests (`GET /path`) that met a destroyed socket. Browsers try again, so their number says nothing. */
  readonly refused: string[] = [];
  /** What the handler threw. The runner fails a test that leaves any here. */
  readonly errors: unknown[] = [];
  /** Exact paths without a query, asked before the handler. */
  readonly routes = new Map<string, Reply | typeof HANG | typeof CUT | Handler>();
  /** @internal Every open socket that has served this host: browsers keep one pool of sockets per host name. */
  readonly sockets = new Set<Socket>();
  #offline = false;

  constructor(
    readonly name: string,
    readonly origin: string,
    readonly handler?: Handler,
  ) {}

  get offline(): boolean {
    return this.#offline;
  }

  set offline(offline: boolean) {
    this.#offline = offline;
    if (!offline) return;
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  clearLog(): void {
    this.log.length = 0;
    this.refused.length = 0;
  }

  /** @internal */
  async reply(request: LoggedRequest): Promise<HandlerResult> {
    const route = this.routes.get(request.url.pathname);
    try {
      if (typeof route === 'function') return await route(request);
      return route ?? (await this.handler?.(request));
    } catch (error) {
      this.errors.push(error);
      return { status: 500, body: `The handler of the test threw: ${error}` };
    }
  }
}
