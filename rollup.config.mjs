/**
 * Builds what is published, from what `tsc --build` has compiled into each package's `.build/`.
 * Classic scripts come twice: small, and as a development build (`.dev.js`) with checks and long texts. Modules come once, with types.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import replace from '@rollup/plugin-replace';
import terser from '@rollup/plugin-terser';
import { dts } from 'rollup-plugin-dts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** Workspace packages are bundled into whoever uses them: a user installs one package. */
const workspace = suffix => ({
  name: 'workspace',
  resolveId: id =>
    id.startsWith('@foreign-fetch/')
      ? `${import.meta.dirname}/packages/${id.split('/')[1]}/.build/index${suffix}`
      : null,
});

/** The host document's script, as text, for the server package. */
const hostScript = {
  name: 'host-script',
  resolveId: id => (id === 'foreign-fetch-host-script' ? '\0host-script' : null),
  load(id) {
    if (id !== '\0host-script') return null;
    const script = readFileSync('packages/host/dist/foreign-fetch-host.js', 'utf8').trim();
    const hash = `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
    return `export const script = ${JSON.stringify(script)}; export const hash = ${JSON.stringify(hash)};`;
  },
};

const plugins = development => [
  workspace('.js'),
  hostScript,
  nodeResolve(),
  replace({
    preventAssignment: true,
    values: {
      __DEV__: String(development),
      'process.env.NODE_ENV': JSON.stringify(development ? 'development' : 'production'),
    },
  }),
];

const banner = `/*! foreign-fetch ${version}, MIT licence */`;
const minify = terser({ ecma: 2022, compress: { passes: 2 }, format: { comments: /^!/ } });

/** A script for `<script src>` or `importScripts()`. */
const classic = (name, entry, file) =>
  [false, true].map(development => ({
    input: `packages/${name}/.build/${entry}.js`,
    plugins: plugins(development),
    output: {
      file: `packages/${name}/dist/${file}${development ? '.dev' : ''}.js`,
      format: 'iife',
      banner,
      plugins: development ? [] : [minify],
    },
  }));

/** A module, and its types. The user's bundler minifies. */
const module = (name, entry, file) => [
  {
    input: `packages/${name}/.build/${entry}.js`,
    plugins: plugins(false),
    output: { file: `packages/${name}/dist/${file}.mjs`, format: 'es', banner },
  },
  {
    input: `packages/${name}/.build/${entry}.d.ts`,
    plugins: [workspace('.d.ts'), dts()],
    output: { file: `packages/${name}/dist/${file}.d.ts`, format: 'es' },
  },
];

export default [
  ...classic('host', 'index', 'foreign-fetch-host'),
  ...classic('client', 'script-tag', 'foreign-fetch'),
  ...module('client', 'index', 'foreign-fetch'),
  ...classic('service-worker', 'standalone', 'foreign-fetch-sw'),
  ...classic('service-worker', 'mixin', 'foreign-fetch-mixin'),
  ...module('service-worker', 'index', 'foreign-fetch-sw'),
  ...classic('provider', 'index', 'foreign-fetch-provider'),
  ...module('provider', 'index', 'foreign-fetch-provider'),
  ...classic('provider', 'router-global', 'foreign-fetch-router'),
  ...module('provider', 'router', 'foreign-fetch-router'),
  ...module('server', 'index', 'foreign-fetch-server'),
];
