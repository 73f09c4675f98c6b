import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { sendReply } from './reply.js';
import { type Handler, type LoggedRequest, VirtualHost } from './virtual-host.js';

export { CUT, HANG, type Reply } from './reply.js';
export { type Handler, type HandlerResult, type LoggedRequest, VirtualHost } from './virtual-host.js';

export interface TestServer {
  readonly port: number;
  /** `http://<host>:<port>`. */
  origin(host: string): string;
  /** Adds a virtual host. Without a handler only its `routes` answer. */
  host(name: string, handler?: Handler): VirtualHost;
  /** Removes a virtual host: it answers 404 from now on. */
  remove(name: string): void;
  close(): Promise<void>;
}

// One port for all sites: only their names differ, as the browsers' notion of a site ignores the port.
class Server implements TestServer {
  readonly #hosts = new Map<string, VirtualHost>();
  readonly #listeners: http.Server[] = [];
  readonly #sockets = new Set<Socket>();
  port = 0;

  async listen(port: number): Promise<void> {
    const ipv4 = await this.#bind('127.0.0.1', port);
    this.port = (ipv4.address() as AddressInfo).port;
    this.#listeners.push(ipv4);
    // A browser may resolve *.localhost to ::1 first. Without IPv6 it falls back by itself.
    const ipv6 = await this.#bind('::1', this.port).catch(() => undefined);
    if (ipv6) this.#listeners.push(ipv6);
  }

  #bind(address: string, port: number): Promise<http.Server> {
    const listener = http.createServer((request, response) => void this.#answer(request, response));
    // A kept-alive socket that the server closes in the moment of its reuse is a failure that no test asked for.
    listener.keepAliveTimeout = 0;
    listener.requestTimeout = 0;
    listener.headersTimeout = 0;
    listener.on('connection', socket => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        for (const host of this.#hosts.values()) host.sockets.delete(socket);
      });
    });
    return new Promise((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(port, address, () => {
        listener.off('error', reject);
        resolve(listener);
      });
    });
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = (incoming.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
    const host = this.#hosts.get(name);
    const path = incoming.url ?? '/';
    host?.sockets.add(incoming.socket);
    if (host?.offline) {
      host.refused.push(`${incoming.method} ${path}`);
      incoming.socket.destroy();
      return;
    }
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    response.on('error', () => {});
    const body = await readBody(incoming);
    if (!body) return; // The client went away while it was sending.
    if (!host) return sendReply(response, { status: 404, body: `no such host: ${name}` }, gone.signal);
    if (path === '/favicon.ico' && !host.routes.has(path)) return sendReply(response, { status: 204 }, gone.signal);

    const request: LoggedRequest = {
      host: name,
      method: incoming.method ?? 'GET',
      path,
      url: new URL(path, host.origin),
      headers: incoming.headers,
      body,
      at: Date.now(),
      signal: gone.signal,
    };
    host.log.push(request);
    const reply = await host.reply(request);
    // The host may have gone offline while its handler was thinking.
    if (host.offline) incoming.socket.destroy();
    else await sendReply(response, reply, gone.signal);
  }

  origin(host: string): string {
    return `http://${host}:${this.port}`;
  }

  host(name: string, handler?: Handler): VirtualHost {
    const key = name.toLowerCase();
    if (this.#hosts.has(key))
      throw new Error(`The host ${key} exists already: use another name, or remove() it first.`);
    const host = new VirtualHost(key, this.origin(key), handler);
    this.#hosts.set(key, host);
    return host;
  }

  remove(name: string): void {
    this.#hosts.delete(name.toLowerCase());
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#listeners.map(listener => new Promise(resolve => listener.close(resolve))));
  }
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

export async function startServer(port = 0): Promise<TestServer> {
  const server = new Server();
  await server.listen(port);
  return server;
}
