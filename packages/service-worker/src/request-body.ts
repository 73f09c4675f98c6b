/** The body of a request, as bytes; one that is too large to be offered is left to the network. */
import { MAX_REQUEST_BODY } from '@foreign-fetch/protocol';

/** `copy`: a clone of the request; the original keeps its body for the network. */
export async function readBody(copy: Request): Promise<ArrayBuffer | null | 'too-large'> {
  const stream = (copy as { body?: ReadableStream<Uint8Array> | null }).body;
  // Firefox 153 has no `Request.body`: there the size is known only afterwards.
  if (stream === undefined) {
    const bytes = await copy.arrayBuffer();
    return bytes.byteLength > MAX_REQUEST_BODY ? 'too-large' : bytes.byteLength === 0 ? null : bytes;
  }
  if (stream === null) return null;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > MAX_REQUEST_BODY) {
      void reader.cancel().catch(() => {});
      return 'too-large';
    }
    chunks.push(value as Uint8Array<ArrayBuffer>);
  }
  return size === 0 ? null : new Blob(chunks).arrayBuffer();
}
