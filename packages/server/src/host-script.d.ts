/** The built script of the `host` package, embedded by the bundler. */
declare module 'foreign-fetch-host-script' {
  /** JavaScript, without the element around it. */
  export const script: string;
  /** `'sha256-…'`, for a Content-Security-Policy. */
  export const hash: string;
}
