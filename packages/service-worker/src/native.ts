/** The browser's own functions, from before ours took their place. */
import { sw } from './global.js';

export const nativeFetch: typeof fetch = sw.fetch.bind(sw);
export const nativeAddEventListener = sw.addEventListener.bind(sw) as typeof sw.addEventListener;
export const nativeRemoveEventListener = sw.removeEventListener.bind(sw) as typeof sw.removeEventListener;
export const nativeAdd = Cache.prototype.add;
export const nativeAddAll = Cache.prototype.addAll;
