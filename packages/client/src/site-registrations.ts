/**
 * Notes what the site registers while our script waits for it. A registration that is still under way is not shown by
 * `getRegistration()`, and ours, made meanwhile, would replace it.
 */
export class SiteRegistrations {
  readonly #pending: Promise<ServiceWorkerRegistration | undefined>[] = [];
  readonly #container = navigator.serviceWorker;

  constructor() {
    const { register } = this.#container;
    // An own property, on top of the browser's method; `stop()` takes it away again.
    this.#container.register = (...args) => {
      const registered = register.apply(this.#container, args);
      this.#pending.push(registered.catch(() => undefined));
      return registered;
    };
  }

  /** What the site has begun to register so far, once it has been registered, or has failed. */
  async settled(): Promise<ServiceWorkerRegistration[]> {
    return (await Promise.all(this.#pending)).filter(registration => registration !== undefined);
  }

  stop(): void {
    Reflect.deleteProperty(this.#container, 'register');
  }
}
