/** For `importScripts()`: the global `enableForeignFetch()`. */
import { enableForeignFetch } from './index.js';

Object.assign(globalThis, { enableForeignFetch });
