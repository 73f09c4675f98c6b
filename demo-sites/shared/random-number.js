/** The random-number API, used as any API is: nothing here knows of foreign fetch. */
import { addToTimeline } from './timeline.js';

const API = 'http://random.localhost:8080/random/number';

const button = document.querySelector('#draw');
const auto = document.querySelector('#auto');
const number = document.querySelector('#number');
const source = document.querySelector('#number-source');

export async function draw() {
  const started = performance.now();
  try {
    const response = await fetch(API);
    const text = await response.text();
    const milliseconds = Math.round(performance.now() - started);
    const who = describe(response.headers);
    show(text, who, milliseconds);
    addToTimeline({ what: 'random number', ...who, milliseconds });
  } catch {
    const who = { who: 'failed', text: 'failed: nobody answered' };
    show('–', who);
    addToTimeline({ what: 'random number', ...who, milliseconds: Math.round(performance.now() - started) });
  }
}

function describe(headers) {
  if (headers.get('X-Answered-By') === 'foreign worker')
    return { who: 'worker', text: 'foreign worker, without the server' };
  const asked =
    headers.get('X-Asked-By') === 'foreign worker' ? ', asked by the foreign worker' : ', asked by the page';
  return { who: 'server', text: `server${asked}` };
}

function show(text, { who, text: description }, milliseconds) {
  number.textContent = text;
  source.textContent = milliseconds === undefined ? description : `${description}, ${milliseconds} ms`;
  source.className = `who ${who}`;
}

button.addEventListener('click', draw);

let timer;
auto.addEventListener('change', () => {
  clearInterval(timer);
  // Two announcements a second help nobody.
  number.setAttribute('aria-live', auto.checked ? 'off' : 'polite');
  if (auto.checked) timer = setInterval(() => document.hidden || draw(), 2000);
});
