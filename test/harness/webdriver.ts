import http from 'node:http';
import { createServer } from 'node:net';
import { withDeadline } from './deadline.js';

export class WebDriverError extends Error {
  override name = 'WebDriverError';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message ? `${code}: ${message}` : code);
  }
}

/** A session of WebDriver classic. One command at a time: commands act on the window that was switched to last. */
export class WebDriverSession {
  #queue: Promise<unknown> = Promise.resolve();
  #window: string | undefined;

  private constructor(
    readonly port: number,
    readonly id: string,
    readonly browserVersion: string,
  ) {}

  static async open(port: number, capabilities: Record<string, unknown>): Promise<WebDriverSession> {
    const body = { capabilities: { alwaysMatch: capabilities } };
    const session = (await send(port, 'POST', '/session', body)) as {
      sessionId: string;
      capabilities: { browserVersion?: string };
    };
    return new WebDriverSession(port, session.sessionId, session.capabilities.browserVersion ?? '');
  }

  /** A command to the session as a whole. */
  command(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#enqueue(() => send(this.port, method, `/session/${this.id}${path}`, body));
  }

  /** Needs a current window: `opener` must be one that stays open. */
  async newWindow(opener: string): Promise<string> {
    const created = (await this.inWindow(opener, 'POST', '/window/new', { type: 'window' })) as { handle: string };
    return created.handle;
  }

  /** A command to one window. */
  inWindow(handle: string, method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#enqueue(async () => {
      const prefix = `/session/${this.id}`;
      if (this.#window !== handle) {
        this.#window = undefined;
        await send(this.port, 'POST', `${prefix}/window`, { handle });
        this.#window = handle;
      }
      return send(this.port, method, prefix + path, body);
    });
  }

  async closeWindow(handle: string): Promise<void> {
    await this.inWindow(handle, 'DELETE', '/window');
    this.#window = undefined;
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }
}

// No command waits in the driver for long (navigation and scripts are polled), thus one deadline serves all.
const COMMAND_TIMEOUT = 30_000;

function send(port: number, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = new Promise<string>((resolve, reject) => {
    // Without a pool: a kept-alive socket that the driver closes in the moment of its reuse fails the command.
    const request = http.request({ host: '127.0.0.1', port, method, path, agent: false }, response => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', chunk => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    request.on('error', reject);
    const json = method === 'POST' ? JSON.stringify(body ?? {}) : '';
    if (json) request.setHeader('content-type', 'application/json');
    request.setHeader('content-length', Buffer.byteLength(json));
    request.end(json);
  });
  const value = answer.then(text => {
    const parsed = JSON.parse(text) as { value: unknown };
    const failure = parsed.value as { error?: unknown; message?: unknown } | null;
    if (typeof failure === 'object' && failure !== null && typeof failure.error === 'string' && 'message' in failure) {
      throw new WebDriverError(failure.error, String(failure.message));
    }
    return parsed.value;
  });
  return withDeadline(value, COMMAND_TIMEOUT, `WebDriver ${method} ${path.replace(/^\/session\/[^/]+/, '')}`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
