import type { ServerResponse } from 'node:http';

export interface Reply {
  status?: number;
  headers?: Record<string, string | string[]>;
  /** An iterable that throws cuts the connection in the middle of the body. */
  body?: string | Uint8Array | AsyncIterable<Uint8Array | string>;
}

/** Never answers; the socket stays open until the client leaves, the host goes offline or the server closes. */
export const HANG: unique symbol = Symbol('HANG');
/** Destroys the socket instead of an answer. */
export const CUT: unique symbol = Symbol('CUT');

export async function sendReply(
  response: ServerResponse,
  reply: Reply | typeof HANG | typeof CUT | undefined,
  gone: AbortSignal,
): Promise<void> {
  if (gone.aborted || reply === HANG) return;
  if (reply === CUT) {
    response.socket?.destroy();
    return;
  }
  const { status = 200, headers = {}, body = '' } = reply ?? { status: 404, body: 'not found' };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  // The tests are about service workers: the HTTP cache answers only where a test invites it.
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store');
  if (!response.hasHeader('content-type') && body !== '')
    response.setHeader('content-type', 'text/plain;charset=utf-8');
  response.statusCode = status;
  if (typeof body === 'string' || body instanceof Uint8Array) {
    response.end(body);
    return;
  }
  response.flushHeaders();
  const iterator = body[Symbol.asyncIterator]();
  // A body that waits for ever must still learn that nobody reads it any more.
  gone.addEventListener('abort', () => void Promise.resolve(iterator.return?.()).catch(() => {}), { once: true });
  try {
    for (let next = await iterator.next(); !next.done && !gone.aborted; next = await iterator.next()) {
      if (!response.write(next.value)) await drained(response, gone);
    }
    response.end();
  } catch {
    response.socket?.destroy();
  }
}

function drained(response: ServerResponse, gone: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      response.off('drain', done);
      gone.removeEventListener('abort', done);
      resolve();
    };
    response.once('drain', done);
    gone.addEventListener('abort', done, { once: true });
  });
}
