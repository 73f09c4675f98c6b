/**
 * Several sites in one server, told apart by the Host header, and each of them can be taken "offline".
 *
 * Requirements
 * 1. Loopback only.
 * 2. An offline host destroys its connections without a word, as a server does that is gone: the browser sees a network error.
 * 3. Nothing that a request holds can end the process.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>;

export class VirtualHost {
  /** Connections that have served this host; browsers keep one pool for each host name. */
  readonly sockets = new Set<Socket>();
  #online = true;

  constructor(
    readonly name: string,
    readonly handler: Handler,
  ) {}

  get online(): boolean {
    return this.#online;
  }

  set online(online: boolean) {
    this.#online = online;
    if (online) return;
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }
}

export class VirtualHosts {
  readonly #hosts = new Map<string, VirtualHost>();
  /** Where requests for any other name are sent. */
  readonly #startPage: string;

  constructor(startPage: string) {
    this.#startPage = startPage;
  }

  /** `name`: the host name without a port, as in `news.localhost`. */
  add(name: string, handler: Handler): VirtualHost {
    const host = new VirtualHost(name, handler);
    this.#hosts.set(name, host);
    return host;
  }

  /** @throws the error of `listen()`, as for a port that is taken. */
  async listen(port: number): Promise<void> {
    await this.#bind('127.0.0.1', port);
    // A browser may try ::1 first. A machine without IPv6 does not need it.
    await this.#bind('::1', port).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRNOTAVAIL' && error.code !== 'EAFNOSUPPORT') throw error;
    });
  }

  #bind(address: string, port: number): Promise<void> {
    const server = http.createServer((request, response) => void this.#answer(request, response));
    // No connection is closed in the moment of its reuse: a failure that nobody asked for.
    server.keepAliveTimeout = 0;
    server.on('connection', socket => {
      socket.on('error', () => {});
      socket.on('close', () => {
        for (const host of this.#hosts.values()) host.sockets.delete(socket);
      });
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, () => {
        server.off('error', reject);
        resolve();
      });
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    const name = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
    const host = this.#hosts.get(name);
    if (!host) {
      response.writeHead(302, { location: this.#startPage }).end();
      return;
    }
    host.sockets.add(request.socket);
    if (!host.online) {
      request.socket.destroy();
      return;
    }
    try {
      const base = `http://${request.headers.host}`;
      const target = request.url ?? '/';
      if (!target.startsWith('/') || !URL.canParse(base + target)) {
        response.writeHead(400, { 'content-type': 'text/plain' }).end('This is not a URL of this server.\n');
        return;
      }
      await host.handler(request, response, new URL(base + target));
    } catch (error) {
      console.error(`${request.method} ${name}${request.url}:`, error);
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end('The demo server failed; its console says why.\n');
    }
  }
}
