/** The conversions of Web IDL that this API needs, with the errors that a browser would throw. */

/** `sequence<USVString>`: an iterable *object*; a string primitive is refused. */
export function toStringSequence(value: unknown, what: string): string[] {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
    throw new TypeError(`${what} must be an array of strings; it is ${describe(value)}.`);
  }
  const iterable = value as Partial<Iterable<unknown>>;
  if (typeof iterable[Symbol.iterator] !== 'function')
    throw new TypeError(`${what} must be an array of strings; it is not iterable.`);
  return Array.from(iterable as Iterable<unknown>, item => toUSVString(item));
}

/** `sequence<ByteString>` */
export function toByteStringSequence(value: unknown, what: string): string[] {
  const strings = toStringSequence(value, what);
  for (const string of strings) {
    for (let index = 0; index < string.length; index++) {
      if (string.charCodeAt(index) > 255)
        throw new TypeError(`${what} must hold byte strings; "${string}" has a character above U+00FF.`);
    }
  }
  return strings;
}

export function toUSVString(value: unknown): string {
  // A template throws on symbols, as Web IDL asks. Lone surrogates become U+FFFD.
  return `${value as string}`.replace(
    /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g,
    '\uFFFD',
  );
}

/** A dictionary: `undefined` and `null` are empty ones. */
export function toDictionary(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' && typeof value !== 'function')
    throw new TypeError(`${what} must be an object; it is ${describe(value)}.`);
  return value as Record<string, unknown>;
}

function describe(value: unknown): string {
  return value === null ? 'null' : `a ${typeof value}`;
}
