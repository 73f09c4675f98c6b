/** For `importScripts()`, after the provider script: the global `foreignFetchRouter`. */
import { addForeignFetchRouter, RegExpRoute, Route, Router } from './router.js';

Object.assign(globalThis, { foreignFetchRouter: { addForeignFetchRouter, RegExpRoute, Route, Router } });
