/**
 * Requirements
 * 1. Three parties are deployed at different times (page script, site's worker, provider), so a connection first agrees on a version.
 * 2. Each side names an inclusive range; the highest version in both is used.
 * 3. No common version is a named state on both sides, never a guess.
 */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** What this build speaks. Raise `max` with every incompatible change to a message; raise `min` when an old form is dropped. */
export const PROTOCOL: VersionRange = { min: 1, max: 1 };

/** The highest version in both ranges, or `undefined` when there is none. */
export function negotiate(ours: VersionRange, theirs: VersionRange): number | undefined {
  const version = Math.min(ours.max, theirs.max);
  return version >= Math.max(ours.min, theirs.min) ? version : undefined;
}

export function isVersionRange(value: unknown): value is VersionRange {
  if (typeof value !== 'object' || value === null) return false;
  const { min, max } = value as Record<string, unknown>;
  return (
    Number.isSafeInteger(min) && Number.isSafeInteger(max) && (min as number) >= 1 && (min as number) <= (max as number)
  );
}
