/**
 * One embedding page, served by this host frame.
 *
 * Requirements
 * 1. The client's origin is the `MessageEvent.origin` of `connect`; it is bound to the session and told to the worker with every channel.
 * 2. The embedder names a scope only among those that this document declares.
 */
import {
  type FromHost,
  fieldsOf,
  type HostedWorker,
  isText,
  isVersionRange,
  type ProviderState,
  type ToForeignWorker,
} from '@foreign-fetch/protocol';

export class HostSession {
  readonly #origin: string;
  readonly #port: MessagePort;
  readonly #workers: ReadonlyMap<string, ServiceWorkerRegistration>;
  readonly #declared: readonly string[];

  constructor(
    port: MessagePort,
    origin: string,
    workers: ReadonlyMap<string, ServiceWorkerRegistration>,
    declared: readonly string[],
  ) {
    this.#port = port;
    this.#origin = origin;
    this.#workers = workers;
    this.#declared = declared;
    port.onmessage = event => this.#receive(event);
  }

  tell(state: ProviderState, reason: string): void {
    const workers: HostedWorker[] = [...this.#workers].flatMap(([scope, { active }]) =>
      active ? [{ scope, script: active.scriptURL }] : [],
    );
    const message: FromHost = { foreignFetch: 'host-status', state, reason, workers, declared: this.#declared };
    this.#port.postMessage(message);
  }

  close(): void {
    this.#port.close();
  }

  #receive(event: MessageEvent): void {
    const message = fieldsOf(event.data);
    const [port] = event.ports;
    if (message?.foreignFetch !== 'open' || !port || !isText(message.scope) || !isVersionRange(message.range)) return;
    const worker = this.#workers.get(message.scope)?.active;
    if (worker)
      worker.postMessage(
        { foreignFetch: 'channel', origin: this.#origin, range: message.range } satisfies ToForeignWorker,
        [port],
      );
    else port.close();
  }
}
