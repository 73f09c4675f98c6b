/** The body of a request, as bytes; a request that is too large to be offered is left to the network. */
import { MAX_REQUEST_BODY } from '@foreign-fetch/protocol';

export async function readBody(copy: Request): Promise<ArrayBuffer | null | 'too-large'> {
  // Firefox 153 has no `Request.body` to read from, so the size is known only afterwards.
  const bytes = await copy.arrayBuffer();
  if (bytes.byteLength > MAX_REQUEST_BODY) return 'too-large';
  return bytes.byteLength === 0 ? null : bytes;
}
