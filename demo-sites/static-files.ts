/**
 * The files of the demo sites, and the built files of the packages, read anew for each request so that an edit shows at once.
 *
 * In text files `localhost:8080` becomes the port that is really used, and `<!-- include: name.html -->` the file of that name in
 * `shared/`.
 */
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This file runs from `.build/demo-sites/`. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SITES = join(ROOT, 'demo-sites');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** What each realm needs of the packages, by URL path. */
export const SITE_SCRIPTS: Readonly<Record<string, string>> = {
  '/foreign-fetch.js': 'packages/client/dist/foreign-fetch.js',
  '/foreign-fetch-sw.js': 'packages/service-worker/dist/foreign-fetch-sw.js',
  '/foreign-fetch-mixin.js': 'packages/service-worker/dist/foreign-fetch-mixin.js',
};
export const PROVIDER_SCRIPTS: Readonly<Record<string, string>> = {
  '/foreign-fetch-provider.js': 'packages/provider/dist/foreign-fetch-provider.js',
  '/foreign-fetch-router.js': 'packages/provider/dist/foreign-fetch-router.js',
  '/idb.js': 'node_modules/idb/build/umd.js',
};

export interface StaticSite {
  /** Folder in `demo-sites/`. */
  readonly folder: string;
  readonly port: number;
  /** Other files, by URL path, relative to the root of the repository. */
  readonly scripts?: Readonly<Record<string, string>>;
}

/** The text of the file that belongs to a URL path, ready to be served; `undefined` when there is none. */
export async function readSiteFile(site: StaticSite, path: string): Promise<string | undefined> {
  const script = site.scripts?.[path];
  const text = await (script === undefined ? readBelow(site.folder, path) : readText(join(ROOT, script)));
  if (text === undefined) return undefined;
  const whole = path.endsWith('/') || path.endsWith('.html') ? await include(text) : text;
  return site.port === 8080 ? whole : whole.replaceAll('localhost:8080', `localhost:${site.port}`);
}

export async function sendFile(response: ServerResponse, site: StaticSite, path: string): Promise<void> {
  const text = await readSiteFile(site, path);
  if (text === undefined) sendText(response, 404, 'There is no such page here.\n');
  else send(response, typeOf(path), text);
}

export function send(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' });
  response.end(text);
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(text);
}

/** Those files of the packages that are missing: the build has not run. */
export async function missingScripts(): Promise<string[]> {
  const files = [...Object.values(SITE_SCRIPTS), ...Object.values(PROVIDER_SCRIPTS)];
  const texts = await Promise.all(files.map(file => readText(join(ROOT, file))));
  return files.filter((_, index) => texts[index] === undefined);
}

function typeOf(path: string): string {
  return path.endsWith('/') ? 'text/html; charset=utf-8' : (TYPES[extname(path)] ?? 'text/plain; charset=utf-8');
}

async function readBelow(folder: string, path: string): Promise<string | undefined> {
  let name: string;
  try {
    name = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  const base = name.startsWith('/shared/') ? SITES : join(SITES, folder);
  const file = normalize(join(base, name.endsWith('/') ? `${name}index.html` : name));
  return file.startsWith(base + sep) && !name.includes('\0') ? readText(file) : undefined;
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function include(html: string): Promise<string> {
  let whole = html;
  for (const [comment, name] of html.matchAll(/<!-- include: ([\w-]+\.html) -->/g)) {
    whole = whole.replace(comment, (await readText(join(SITES, 'shared', name as string))) ?? '');
  }
  return whole;
}
