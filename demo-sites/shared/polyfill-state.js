/** What foreign fetch says of itself on this page: `foreignFetch.site` and each provider, with reasons, as they change. */
import { serverStates } from './servers.js';

export const isOff = document.documentElement.dataset.polyfill === 'off';

const MEANINGS = {
  starting: 'Being registered.',
  active: 'Its worker is ready in your browser.',
  idle: 'Not contacted yet.',
  connecting: 'Being contacted.',
  installing: 'Its worker is being installed.',
};

const rows = new Map([...document.querySelectorAll('[data-state-of]')].map(row => [row.dataset.stateOf, row]));
const note = document.querySelector('#polyfill-note');

function show(name, { state, reason, retryAt }) {
  const row = rows.get(name);
  if (!row) return;
  const again =
    retryAt > Date.now() ? ` Load the page again after ${new Date(retryAt).toLocaleTimeString()} for another try.` : '';
  const meaning =
    name === 'site' && state === 'active' ? 'Passes requests on to the services’ workers.' : MEANINGS[state];
  row.dataset.state = state;
  row.querySelector('.state').textContent = state;
  row.querySelector('.reason').textContent = reason ? `${sentence(reason)}${again}` : (meaning ?? '');
}

function sentence(text) {
  const first = /^https?:/.test(text) ? text[0] : text[0].toUpperCase();
  return `${first}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function showAll() {
  const { foreignFetch } = window;
  if (!foreignFetch) return;
  show('site', foreignFetch.site);
  for (const [origin, status] of foreignFetch.providers) show(origin, status);
  if (foreignFetch.site.state === 'needs-mixin') void replaceComparisonWorker();
}

/** Whether the worker of this provider is in the path of our requests. */
export function isActive(origin) {
  return window.foreignFetch?.providers.get(origin)?.state === 'active';
}

function say(text) {
  note.textContent = text;
  note.hidden = text === '';
}

/** The shop was left at /?polyfill=off: its worker without foreign fetch is still registered. */
async function replaceComparisonWorker() {
  const registration = await navigator.serviceWorker.getRegistration();
  if (!registration?.active?.scriptURL.endsWith('/sw-without.js')) return;
  try {
    // Never without a server: the page would be gone.
    await fetch('/sw.js', { method: 'HEAD', cache: 'no-store' });
    await registration.unregister();
    location.reload();
  } catch {
    say(
      'The worker without foreign fetch is still registered. It can be replaced once the server of this site is online.',
    );
  }
}

async function turnOn(event) {
  event.preventDefault();
  if (serverStates.online && serverStates.online[location.hostname.split('.')[0]] === false) {
    return say(
      'The server of this site is offline: it cannot give out its worker with foreign fetch. Switch it on first.',
    );
  }
  for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
  location.href = '/';
}

const [on, off] = document.querySelectorAll('#polyfill-switch a');
(isOff ? off : on).setAttribute('aria-current', 'true');
(isOff ? on : off).removeAttribute('aria-current');

if (isOff) {
  for (const name of rows.keys()) {
    show(name, {
      state: 'off',
      reason: name === 'site' ? 'The script tag is not in this page' : 'Requests go straight to its server',
    });
  }
  on.addEventListener('click', turnOn);
  addEventListener('polyfill-is-back', () =>
    say('Another tab of this site has turned foreign fetch on again. Reload to take it out.'),
  );
  window.polyfillOff.then(say);
} else {
  window.foreignFetch?.addEventListener('statechange', showAll);
  showAll();
}
