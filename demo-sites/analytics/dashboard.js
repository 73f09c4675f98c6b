/** The live dashboard: the collector's state as it streams in. */
const connection = document.querySelector('#connection');
const sites = document.querySelector('#sites');
const hits = document.querySelector('#hits');
const note = document.querySelector('#action-note');

/** Shown from the start, so that nothing moves when the first hit comes. */
const NONE = { live: 0, replayed: 0, duplicate: 0 };
const KNOWN_SITES = { 'http://news.localhost:8080': NONE, 'http://shop.localhost:8080': NONE };

/** How many copies had been refused when somebody asked to lose an answer; null while nobody has. */
let refusedBefore = null;

function show(state) {
  showTotals({ ...KNOWN_SITES, ...state.sites });
  document.querySelector('#empty').hidden = state.recent.length > 0;
  hits.replaceChildren(...state.recent.map(toItem));
}

function showTotals(bySite) {
  const sum = { ...NONE };
  const rows = Object.entries(bySite).sort(([one], [other]) => one.localeCompare(other));
  sites.replaceChildren(
    ...rows.map(([site, totals]) => {
      for (const key of Object.keys(sum)) sum[key] += totals[key];
      const row = document.createElement('tr');
      const head = element('th', nameOf(site));
      head.scope = 'row';
      row.append(head, ...Object.keys(sum).map(key => element('td', totals[key])));
      return row;
    }),
  );
  for (const key of Object.keys(sum)) document.querySelector(`#${key}`).textContent = sum[key];
  if (refusedBefore !== null && sum.duplicate > refusedBefore) {
    note.textContent =
      'The answer was lost, the hit was sent again, and the collector refused the copy: it counts once.';
    refusedBefore = null;
  }
}

function toItem({ id, site, type, detail, at, outcome, waited }) {
  const item = document.createElement('li');
  const { who, text } = {
    live: { who: 'server', text: 'live' },
    replayed: { who: 'worker', text: `replayed, waited ${inWords(waited)}` },
    duplicate: { who: 'failed', text: 'duplicate, refused' },
  }[outcome];
  const what = element('span', '', 'what');
  what.append(element('b', nameOf(site)), ` ${detail ? `${type}: ${detail}` : type}`);
  const label = element('span', id.slice(0, 8), 'id');
  label.title = `Id of the hit: ${id}`;
  item.append(
    element('time', new Date(at).toLocaleTimeString([], { hour12: false })),
    what,
    label,
    element('span', text, `who ${who}`),
  );
  return item;
}

function nameOf(site) {
  return URL.canParse(site) ? new URL(site).hostname.replace(/\.localhost$/, '') : site;
}

function inWords(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

function element(name, text, className = '') {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

function say(state, text) {
  if (connection.textContent === text) return;
  connection.dataset.state = state;
  connection.textContent = text;
}

function listen() {
  const stream = new EventSource('/events');
  stream.onopen = () => say('live', 'Connected: hits appear at once.');
  stream.onmessage = ({ data }) => show(JSON.parse(data));
  stream.onerror = () => {
    say('offline', 'Offline: hits wait in the visitors’ browsers.');
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 1000);
  };
}

async function post(path, done) {
  try {
    await fetch(path, { method: 'POST' });
    note.textContent = done;
  } catch {
    note.textContent = 'The collector is offline; switch it on first.';
  }
}

document.querySelector('#lose').addEventListener('click', () => {
  refusedBefore = Number(document.querySelector('#duplicate').textContent);
  post('/lose-answer', 'The answer to the next hit will be lost. Click something in the newspaper or the shop.');
});
document
  .querySelector('#clear')
  .addEventListener('click', () => post('/clear', 'Cleared. Ids that were counted stay known.'));
listen();
