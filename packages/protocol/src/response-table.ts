/**
 * Which statuses can be built, and how (Fetch, "null body status", "redirect status"; the Response constructor takes 200 to 599).
 */
export function isNullBodyStatus(status: number): boolean {
  return status === 101 || status === 103 || status === 204 || status === 205 || status === 304;
}

export function isRedirectStatus(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

export function isConstructibleStatus(status: number): boolean {
  return status >= 200 && status <= 599;
}
