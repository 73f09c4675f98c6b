/** What became of this page's analytics hits. The sites send them with `data-hit` on anything that is clicked. */
import { isActive, isOff } from './polyfill-state.js';
import { serverStates } from './servers.js';
import { addToTimeline } from './timeline.js';

const ANALYTICS = 'http://analytics.localhost:8080';
const POLL_EVERY = 2000;

const fields = { sent: 0, queued: 0, lost: 0 };
const waiting = document.querySelector('#hits-waiting');
const explanation = document.querySelector('#hits-explanation');
const script = document.querySelector('#analytics-script');
let inQueue = 0;
let timer;

const WORDS = {
  sent: { who: 'server', text: 'sent: the collector has it' },
  queued: { who: 'queued', text: 'queued in the foreign worker' },
  lost: { who: 'failed', text: 'lost: nobody answered' },
};

function show(state) {
  fields[state]++;
  document.querySelector(`#hits-${state}`).textContent = fields[state];
}

function receive({ type, detail, state, waiting: size, milliseconds }) {
  show(state);
  addToTimeline({ what: detail ? `hit: ${type}, ${detail}` : `hit: ${type}`, ...WORDS[state], milliseconds });
  if (size !== null) showQueue(Number(size));
}

function showQueue(size) {
  if (size < inQueue) {
    const count = inQueue - size;
    addToTimeline({
      what: `${count} waiting ${count === 1 ? 'hit' : 'hits'}`,
      who: 'server',
      text: 'delivered: the collector is back',
    });
  }
  inQueue = size;
  waiting.textContent = size;
  waiting.parentElement.toggleAttribute('data-waiting', size > 0);
  explanation.textContent =
    size > 0
      ? 'They are kept in your browser, and sent when the collector is back.'
      : 'Nothing waits: the collector has everything.';
  clearTimeout(timer);
  if (size > 0) timer = setTimeout(ask, POLL_EVERY);
}

/** How many hits wait, of this and earlier visits; to ask also makes the worker try again. */
async function ask() {
  clearTimeout(timer);
  if (!isActive(ANALYTICS)) return;
  try {
    const response = await fetch(`${ANALYTICS}/queue`);
    if (response.status === 200) return showQueue((await response.json()).waiting);
  } catch {
    // Neither worker nor server: ask again.
  }
  timer = setTimeout(ask, POLL_EVERY);
}

/** Without the script there is nobody to count hits; that must not look like "no hits". */
function sendHit(type, detail) {
  if (window.analytics) return void window.analytics.send(type, detail);
  show('lost');
  addToTimeline({ what: `hit: ${type}, ${detail}`, who: 'failed', text: 'lost: analytics.js is not there' });
}

function scriptFailed() {
  show('lost');
  addToTimeline({ what: 'analytics.js, with the page view', who: 'failed', text: 'failed: nobody answered' });
}

document.addEventListener('click', event => {
  const target = event.target.closest?.('[data-hit]');
  if (target) sendHit(target.dataset.hit, target.dataset.hitDetail ?? '');
});

for (const hit of window.analytics?.log ?? []) receive(hit);
addEventListener('analytics-hit', ({ detail }) => receive(detail));
if (script.dataset.failed) scriptFailed();
else script.addEventListener('error', scriptFailed);

if (isOff) explanation.textContent = 'Without foreign fetch nothing can wait: a hit arrives, or it is lost.';
window.foreignFetch?.addEventListener('statechange', ({ provider }) => {
  if (provider?.provider === ANALYTICS && provider.state === 'active') void ask();
});
serverStates.addEventListener('change', () => {
  if (serverStates.online?.analytics && inQueue > 0) void ask();
});
void ask();
