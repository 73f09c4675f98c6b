import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BodyReceiver } from './body-receiver.js';
import { BodySender } from './body-sender.js';
import { BODY_WINDOW } from './channel-messages.js';

const LOOK = 4;
const settle = () => new Promise(resolve => setTimeout(resolve, 20));
const CHUNK = 64 * 1024;

/** A sender and a receiver with nothing but function calls between them. */
async function connect(
  stream: ReadableStream<Uint8Array>,
): Promise<{ receiver: BodyReceiver; sender: BodySender; closed: () => number }> {
  const look = await BodySender.first(stream, LOOK);
  assert.ok('sender' in look, 'the stream is still under way');
  const { sender } = look;
  let closed = 0;
  const receiver = new BodyReceiver({
    pull: bytes => sender.grant(bytes),
    cancel: () => sender.cancel('cancelled'),
    closed: () => closed++,
  });
  sender.start({
    chunk: bytes => receiver.chunk(bytes),
    end: size => receiver.end(size),
    cut: reason => receiver.fail(new (class extends Error {})(reason) as never),
  });
  return { receiver, sender, closed: () => closed };
}

function counted(chunks: number): {
  stream: ReadableStream<Uint8Array>;
  pulled: () => number;
  cancelled: () => boolean;
} {
  let pulled = 0;
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (pulled++ < chunks) controller.enqueue(new Uint8Array(CHUNK));
      else controller.close();
    },
    cancel() {
      cancelled = true;
    },
  });
  return { stream, pulled: () => pulled, cancelled: () => cancelled };
}

test('a body that ends at once travels whole, an empty one too', async () => {
  const whole = await BodySender.first(new Response('hello').body, LOOK);
  assert.equal('whole' in whole && Buffer.from(whole.whole ?? new ArrayBuffer(0)).toString(), 'hello');
  const empty = await BodySender.first(new Response('').body, LOOK);
  assert.equal('whole' in empty && empty.whole?.byteLength, 0);
  assert.deepEqual(await BodySender.first(null, LOOK), { whole: null });
});

test('a long body arrives whole', async () => {
  const source = counted(100);
  const { receiver, closed } = await connect(source.stream);
  assert.equal((await new Response(receiver.stream).arrayBuffer()).byteLength, 100 * CHUNK);
  assert.equal(closed(), 1);
});

test('a reader that does not read stops the sender within the window', async () => {
  const source = counted(Number.POSITIVE_INFINITY);
  const { receiver } = await connect(source.stream);
  const reader = receiver.stream.getReader();
  await reader.read();
  await settle();
  const ahead = source.pulled() * CHUNK;
  assert.ok(ahead <= 2 * BODY_WINDOW, `${ahead} bytes were read ahead`);
  await reader.cancel();
  await settle();
  assert.ok(source.cancelled(), 'cancelling reaches the source');
});

test('an end with another size is an error, never a short success', async () => {
  const source = counted(Number.POSITIVE_INFINITY);
  const { receiver, sender } = await connect(source.stream);
  const reader = receiver.stream.getReader();
  await reader.read();
  sender.cancel('the worker died');
  receiver.end(1);
  await assert.rejects(async () => {
    while (!(await reader.read()).done);
  }, /bytes of 1/);
});

test('a source that fails cuts the body', async () => {
  let count = 0;
  const { receiver, closed } = await connect(
    new ReadableStream({
      pull(controller) {
        if (count++ < 10) controller.enqueue(new Uint8Array(CHUNK));
        else controller.error(new Error('the disk is gone'));
      },
    }),
  );
  await assert.rejects(new Response(receiver.stream).arrayBuffer(), /the disk is gone/);
  assert.equal(closed(), 1);
});

test('chunks of any size arrive in order, and the sender copies what it sends', async () => {
  const reused = new Uint8Array(10 * 1024 * 1024);
  let round = 0;
  const { receiver } = await connect(
    new ReadableStream({
      pull(controller) {
        if (round === 3) return controller.close();
        reused.fill(round++);
        controller.enqueue(reused);
      },
    }),
  );
  const bytes = new Uint8Array(await new Response(receiver.stream).arrayBuffer());
  assert.equal(bytes.length, 3 * reused.length);
});
