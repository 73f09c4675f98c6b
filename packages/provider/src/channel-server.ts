/**
 * The foreign worker's end of one channel: a port, and the client's origin that it is bound to for life.
 *
 * Requirements
 * 1. Messages are checked on arrival; one that is malformed ends this channel and no other.
 * 2. Everything that arrives on this port is for this worker's own origin; a request for another one is malformed.
 */
import {
  type ForeignRegistration,
  negotiate,
  PROTOCOL,
  readToWorker,
  type ToShim,
  type ToWorker,
  type VersionRange,
} from '@foreign-fetch/protocol';

export interface ChannelHost {
  /** Identifies this run of the worker: a new one after every start. */
  readonly instance: string;
  registrationFor(origin: string): Promise<ForeignRegistration>;
  request(channel: ChannelServer, message: ToWorker & { type: 'request' }): void;
  pull(id: string, bytes: number): void;
  abort(id: string): void;
  closed(channel: ChannelServer): void;
}

export class ChannelServer {
  readonly origin: string;
  readonly #port: MessagePort;
  readonly #host: ChannelHost;
  #open = true;
  #lastSign = performance.now();

  constructor(port: MessagePort, origin: string, host: ChannelHost) {
    this.#port = port;
    this.origin = origin;
    this.#host = host;
    port.onmessage = event => this.#receive(event.data);
    port.onmessageerror = () => this.close();
  }

  readonly send = (message: ToShim, transfer: Transferable[] = []): void => {
    if (this.#open) this.#port.postMessage(message, transfer);
  };

  /** Milliseconds since the last message. */
  get quietFor(): number {
    return performance.now() - this.#lastSign;
  }

  /** Says hello, or that we do not understand each other. */
  async greet(range: VersionRange): Promise<void> {
    const version = negotiate(PROTOCOL, range);
    if (version === undefined) {
      this.send({ type: 'mismatch', range: PROTOCOL });
      return this.close();
    }
    const registration = await this.#host.registrationFor(this.origin);
    this.send({ type: 'hello', version, instance: this.#host.instance, registration });
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#port.close();
    this.#host.closed(this);
  }

  #receive(data: unknown): void {
    this.#lastSign = performance.now();
    const message = readToWorker(data);
    switch (message?.type) {
      case 'ping':
        return this.send({ type: 'pong' });
      case 'request': {
        const url = URL.canParse(message.head.url) ? new URL(message.head.url) : undefined;
        if (url?.origin !== self.location.origin) return this.#malformed('a request for another origin');
        // From here on the URL is in the form in which it will be fetched.
        const isNormal = url.href === message.head.url;
        return this.#host.request(this, isNormal ? message : { ...message, head: { ...message.head, url: url.href } });
      }
      case 'pull':
        return this.#host.pull(message.id, message.bytes);
      case 'abort':
        return this.#host.abort(message.id);
      case 'close':
        return this.close();
      default:
        return this.#malformed('a malformed message');
    }
  }

  #malformed(what: string): void {
    console.warn(`[foreign-fetch] ${this.origin} sent ${what}; its channel was closed.`);
    this.close();
  }
}
