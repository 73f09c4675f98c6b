/** The serialized origin of an http(s) URL, or `undefined` for anything else, as a site may write it into its list of providers. */
export function httpOrigin(entry: string): string | undefined {
  const url = URL.canParse(entry) ? new URL(entry) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.origin : undefined;
}
