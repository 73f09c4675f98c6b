/** What a site says about foreign fetch: the closed list of providers, and what they may be told. */
import { httpOrigin } from '@foreign-fetch/protocol';

export interface SiteOptions {
  /** Origins whose foreign workers may answer, as in `https://api.example`. Nothing else is ever contacted. */
  readonly providers: readonly string[];
  /** Those of them to which an `Authorization` header may be handed; the provider must name the header too. Default none. */
  readonly authorization?: readonly string[];
}

/** @throws TypeError for an entry that is no http(s) origin. */
export function checkOptions(options: SiteOptions): Required<SiteOptions> {
  const origins = (entries: readonly string[], what: string) => [
    ...new Set(entries.map(entry => toOrigin(entry, what))),
  ];
  const providers = origins(options.providers, 'providers');
  const authorization = origins(options.authorization ?? [], 'authorization');
  for (const origin of authorization) {
    if (!providers.includes(origin))
      throw new TypeError(`[foreign-fetch] "authorization" names ${origin}, which is not in "providers".`);
  }
  return { providers, authorization };
}

function toOrigin(entry: string, what: string): string {
  const origin = httpOrigin(entry);
  if (origin === undefined) {
    throw new TypeError(
      `[foreign-fetch] "${entry}" in "${what}" is not an origin; write it with its scheme, as in "https://api.example".`,
    );
  }
  return origin;
}

/** The options that the script tag put into our own script's URL, so that they are known before anything asynchronous. */
export function optionsFromUrl(url: string): SiteOptions {
  const { searchParams } = new URL(url);
  return { providers: searchParams.getAll('provider'), authorization: searchParams.getAll('authorization') };
}
