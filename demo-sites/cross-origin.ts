/** CORS for the demo's own sites, and for nobody else: other pages in the same browser must not throw the switches. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendText } from './static-files.js';

/** The headers that let a demo site read the answer; `undefined` when the request comes from any other site. */
export function corsForDemoSites({ headers }: IncomingMessage): Record<string, string> | undefined {
  const { origin, host } = headers;
  if (origin === undefined) return {};
  const port = /:\d+$/.exec(host ?? '')?.[0] ?? '';
  const known = /^http:\/\/[a-z]+\.localhost(:\d+)?$/.exec(origin);
  return known && (known[1] ?? '') === port ? { 'access-control-allow-origin': origin, vary: 'origin' } : undefined;
}

export function refuseOtherSites(response: ServerResponse): void {
  sendText(response, 403, 'Only the demo sites may use this.\n');
}

export async function readBody(request: IncomingMessage, limit: number): Promise<string | undefined> {
  let size = 0;
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  return size <= limit ? Buffer.concat(chunks).toString('utf8') : undefined;
}
