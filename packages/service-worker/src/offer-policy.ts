/**
 * Who waits, and for what: from a request that may be offered to the Response that its page gets.
 *
 * Requirements
 * 1. Fail open. Whatever goes wrong before the worker has accepted the request leads to the network, within deadlines.
 * 2. GET and HEAD are hedged: when a connection is too quiet for too long (`connection-attempt.ts`), the network starts too. The worker's
 *    answer is preferred when both are there, and a failing network waits for the worker.
 * 3. Any other method goes to exactly one of the two. Once it may have been accepted, it goes to the network only if the worker says
 *    that it did not handle it; it is sent to a worker a second time, under the same id, only when nothing was acknowledged.
 * 4. Every wait has a deadline, counted from the last sign of life.
 */
import { ForeignFetchError, type ForeignRegistration, isSafe, type RequestHead } from '@foreign-fetch/protocol';
import { ACK_DEADLINE, type Channel } from './channel.js';
import { type Answer, ForeignRequest } from './foreign-request.js';
import type { Provider } from './provider.js';

/** A worker that is alive answers a ping within this, however busy it was: without an answer it is taken for dead. */
const PROOF_OF_DEATH = 1000;
/** A channel that was quiet for longer is pinged before it gets anything that must not be sent twice. */
const QUIET = 1000;

export interface Offer {
  readonly provider: Provider;
  readonly registration: ForeignRegistration;
  readonly head: RequestHead;
  readonly body: ArrayBuffer | null;
  /** How long no page may say anything, in milliseconds. */
  readonly grace: number;
  /** Aborted when the caller no longer wants the answer. (A page's own abort never gets here: no engine fires it, 2026-11.) */
  readonly signal: AbortSignal | undefined;
  /** Told when no page was there to connect us. */
  readonly noClient: () => void;
  readonly network: () => Promise<Response>;
  /** Turns an answer into what the page gets; `undefined` sends the request to the network. */
  readonly respond: (answer: Answer) => Promise<Response | undefined>;
  /** Told of every request that is on its way, for whoever keeps this worker alive. */
  readonly track: (request: ForeignRequest) => void;
}

export function carryOut(offer: Offer): Promise<Response> {
  return isSafe(offer.head.method) ? hedged(offer) : exactlyOnce(offer);
}

/** The worker's part of a hedge, which the network may win. */
interface Bet {
  isLost: boolean;
  request: ForeignRequest | undefined;
}

async function hedged(offer: Offer): Promise<Response> {
  const bet: Bet = { isLost: false, request: undefined };
  let quiet = () => {};
  const late = new Promise<'late'>(resolve => {
    quiet = () => resolve('late');
  });
  let answered: Response | undefined;
  const foreign = viaWorker(offer, bet, quiet)
    .then(response => {
      answered = response;
      return response;
    })
    .catch(error => {
      if (error instanceof ForeignFetchError && error.code === 'no-client') offer.noClient();
      return undefined;
    });
  const first = await Promise.race([foreign, late]);
  if (first !== 'late') return first ?? offer.network();
  const network = offer.network();
  const foreignFirst = foreign.then(response => response ?? network);
  const winner = await Promise.race([foreignFirst, network.catch(() => foreignFirst)]);
  if (winner !== answered) {
    bet.isLost = true;
    bet.request?.abort();
  }
  // What lost is not read to its end.
  else void network.then(response => response.body?.cancel()).catch(() => {});
  return winner;
}

/** Sends a safe request, again if need be. Resolves with `undefined` when the network is to answer. */
async function viaWorker(offer: Offer, bet: Bet, quiet: () => void): Promise<Response | undefined> {
  const { provider, registration, grace } = offer;
  try {
    // The second round is for a channel whose worker had died.
    for (let round = 0; round < 2; round++) {
      const channel = await provider.connect(registration, grace, quiet);
      if (bet.isLost) return undefined;
      if (!bet.request || bet.request.isClosed) bet.request = open(offer, channel);
      channel.send(bet.request);
      if (await channel.acceptance(bet.request)) return await offer.respond(await answerOf(bet.request, provider));
      if (bet.isLost) return undefined;
      provider.suspect(registration, channel, bet.request);
    }
    return undefined;
  } finally {
    bet.request?.drop();
  }
}

async function exactlyOnce(offer: Offer): Promise<Response> {
  const { provider } = offer;
  let channel: Channel;
  try {
    channel = await liveChannel(offer);
  } catch {
    return offer.network();
  }
  const request = open(offer, channel);
  try {
    channel.send(request);
    if (!(await channel.acceptance(request)) && !(await isAcceptedElsewhere(offer, channel, request))) {
      throw new ForeignFetchError('not-accepted', `${provider.origin} did not acknowledge a ${offer.head.method}`);
    }
    return (await offer.respond(await answerOf(request, provider))) ?? (await offer.network());
  } finally {
    request.drop();
  }
}

/**
 * Sends a request that `channel` did not acknowledge on a new one. The same run of the worker drops an id that it knows. Another run could
 * handle it a second time, unless the first one is dead: that is what silence on a ping shows, after all the time that it took to connect.
 */
async function isAcceptedElsewhere(offer: Offer, channel: Channel, request: ForeignRequest): Promise<boolean> {
  const { provider, registration, grace } = offer;
  // A closed request has been failed: its channel broke, and nobody knows what became of it.
  if (request.isClosed) return false;
  provider.suspect(registration, channel, request);
  const again = await provider.connect(registration, grace);
  const [before, now] = await Promise.all([channel.hello, again.hello]);
  if (before.instance !== now.instance && (await channel.ping(PROOF_OF_DEATH))) return channel.acceptance(request);
  if (request.isAccepted || request.isClosed) return request.isAccepted;
  again.send(request);
  return again.acceptance(request);
}

async function liveChannel({ provider, registration, grace }: Offer): Promise<Channel> {
  const channel = await provider.connect(registration, grace);
  if (channel.quietFor < QUIET || (await channel.ping(ACK_DEADLINE))) return channel;
  provider.suspect(registration, channel);
  return provider.connect(registration, grace);
}

function open(offer: Offer, channel: Channel): ForeignRequest {
  const request = new ForeignRequest(channel.nextId(), offer.head, offer.body);
  offer.signal?.addEventListener('abort', () => request.abort(), { once: true });
  offer.track(request);
  return request;
}

async function answerOf(request: ForeignRequest, provider: Provider): Promise<Answer> {
  try {
    const answer = await request.answer;
    provider.answered();
    return answer;
  } catch (error) {
    if (error instanceof ForeignFetchError && error.code === 'too-slow') provider.tooSlow(error);
    throw error;
  }
}
