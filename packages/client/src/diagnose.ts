/** Why a host frame said nothing: from what the page can see of the host document. */
import { type ProviderState, WELL_KNOWN_PATH } from '@foreign-fetch/protocol';

export interface Diagnosis {
  readonly state: ProviderState;
  readonly reason: string;
}

const PROBE_DEADLINE = 3000;

export async function diagnose(provider: string, blockedByPolicy: boolean): Promise<Diagnosis> {
  if (blockedByPolicy) {
    return {
      state: 'blocked',
      reason: `this page's Content-Security-Policy forbids the frame; add ${provider} to frame-src`,
    };
  }
  const url = provider + WELL_KNOWN_PATH;
  const probe = (mode: RequestMode) =>
    fetch(url, { mode, credentials: 'omit', cache: 'no-store', signal: AbortSignal.timeout(PROBE_DEADLINE) }).catch(
      () => undefined,
    );
  const [readable, opaque] = await Promise.all([probe('cors'), probe('no-cors')]);
  if (readable?.status === 404 || readable?.status === 410) {
    return {
      state: 'no-handler',
      reason: `${url} is not there (${readable.status}): the provider does not offer foreign fetch`,
    };
  }
  if (readable?.ok) {
    return {
      state: 'blocked',
      reason: `${url} is there but does not speak: X-Frame-Options, frame-ancestors or a missing Cross-Origin-Embedder-Policy may forbid the frame, or it is no host document`,
    };
  }
  if (readable) return { state: 'unreachable', reason: `${url} answers with status ${readable.status}` };
  if (opaque) {
    return {
      state: 'no-handler',
      reason: `${url} is no host document; serve there what hostDocument() of @foreign-fetch/server gives (or framing is forbidden: X-Frame-Options, frame-ancestors)`,
    };
  }
  return { state: 'unreachable', reason: `${provider} does not answer` };
}
