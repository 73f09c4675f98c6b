/** This realm's global, typed: TypeScript's `webworker` lib takes `self` for any worker's. */
export const sw = globalThis as unknown as ServiceWorkerGlobalScope & typeof globalThis;
