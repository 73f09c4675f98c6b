import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Found {
  path?: string;
  /** Why there is no path. */
  reason?: string;
}

/** Looks at an environment variable, then at full paths, then for names in PATH. */
export function findExecutable(title: string, variable: string, candidates: readonly string[]): Found {
  const chosen = process.env[variable];
  if (chosen) {
    return isExecutable(chosen)
      ? { path: chosen }
      : { reason: `${variable} names ${chosen}, which is no executable file` };
  }
  for (const candidate of candidates) {
    const paths = candidate.includes('/') ? expand(candidate) : inPath(candidate);
    const path = paths.find(isExecutable);
    if (path) return { path };
  }
  return { reason: `${title} was not found` };
}

function inPath(name: string): string[] {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map(directory => join(directory, name));
}

/** One `*` may stand for a folder: Debian files libraries under the name of the machine's architecture. */
function expand(pattern: string): string[] {
  const star = pattern.indexOf('/*/');
  if (star < 0) return [pattern];
  const parent = pattern.slice(0, star);
  try {
    return readdirSync(parent).map(folder => join(parent, folder, pattern.slice(star + 3)));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
