/**
 * Keeps our `fetch` listener behind all of the site's own, wherever in its script we were imported: whoever comes first may answer, and
 * what nobody answers falls through to us. (Listeners run in the order in which they were added.)
 */
import { sw } from './global.js';
import { nativeAddEventListener, nativeRemoveEventListener } from './native.js';

export function addLastFetchListener(listener: (event: FetchEvent) => void): void {
  const moveToEnd = () => {
    nativeRemoveEventListener('fetch', listener);
    nativeAddEventListener('fetch', listener);
  };
  sw.addEventListener = function addEventListener(this: EventTarget, ...args: [never, never, never?]): void {
    (nativeAddEventListener as (...args: unknown[]) => void)(...args);
    if (args[0] === 'fetch') moveToEnd();
  } as typeof sw.addEventListener;

  const attribute = attributeOf(sw, 'onfetch');
  if (attribute?.get && attribute.set) {
    const { get, set } = attribute;
    Object.defineProperty(sw, 'onfetch', {
      configurable: true,
      enumerable: true,
      get: () => get.call(sw),
      set: (value: unknown) => {
        set.call(sw, value);
        moveToEnd();
      },
    });
  }
  moveToEnd();
}

/** Attributes of a global are its own properties (Web IDL, `[Global]`), but not in every engine's history. */
function attributeOf(object: object, name: string): PropertyDescriptor | undefined {
  for (let holder: object | null = object; holder; holder = Object.getPrototypeOf(holder) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, name);
    if (descriptor) return descriptor;
  }
  return undefined;
}
