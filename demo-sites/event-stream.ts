/** Server-Sent Events: one stream, many readers. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export class EventStream {
  readonly #readers = new Set<ServerResponse>();

  /** `first`: what a new reader is told at once. */
  open(request: IncomingMessage, response: ServerResponse, first: unknown, headers: Record<string, string> = {}): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', ...headers });
    response.write(`retry: 1000\n${toEvent(first)}`);
    this.#readers.add(response);
    request.on('close', () => this.#readers.delete(response));
    response.on('close', () => this.#readers.delete(response));
  }

  send(data: unknown): void {
    for (const reader of this.#readers) reader.write(toEvent(data));
  }
}

function toEvent(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
