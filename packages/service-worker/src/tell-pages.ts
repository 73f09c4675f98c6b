import type { ToPageFromShim } from '@foreign-fetch/protocol';
import { sw } from './global.js';

/** A notice to every page of this site. Pages without our script ignore it. */
export async function tellPages(message: ToPageFromShim): Promise<void> {
  for (const client of await sw.clients.matchAll({ includeUncontrolled: true, type: 'window' }))
    client.postMessage(message);
}
