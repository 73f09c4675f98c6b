/** Who answered each request of this page, newest first. */
const MAX_ENTRIES = 40;

const list = document.querySelector('#timeline');
const empty = document.querySelector('#timeline-empty');

/** `who`: `server`, `worker`, `queued` or `failed`, for the colour; `text` says it in words. */
export function addToTimeline({ what, who, text, milliseconds }) {
  if (!list) return;
  empty?.remove();
  const entry = document.createElement('li');
  entry.append(
    element('time', new Date().toLocaleTimeString([], { hour12: false })),
    element('span', what, 'what'),
    element('span', milliseconds === undefined ? '' : `${milliseconds} ms`, 'milliseconds'),
    element('span', text, `who ${who}`),
  );
  list.prepend(entry);
  while (list.children.length > MAX_ENTRIES) list.lastElementChild.remove();
}

function element(name, text, className = '') {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}
