/**
 * The switches of the demo's servers: any `<button role="switch" data-server="random">` in the page. `serverStates` fires `change`;
 * its `online` is an object such as `{ random: true }`, or null while the control server itself does not answer.
 */
const CONTROL = 'http://demo.localhost:8080/control';

class ServerStates extends EventTarget {
  online = null;

  set(online) {
    const before = JSON.stringify(this.online);
    this.online = online;
    if (before !== JSON.stringify(online)) this.dispatchEvent(new Event('change'));
  }
}

export const serverStates = new ServerStates();

/** `name`: one of the servers, or `all`. */
export async function turn(name, online) {
  try {
    const response = await fetch(`${CONTROL}/${name}/${online ? 'online' : 'offline'}`, { method: 'POST' });
    serverStates.set(await response.json());
  } catch {
    serverStates.set(null);
  }
}

const buttons = [...document.querySelectorAll('button[data-server]')];
const notes = [...document.querySelectorAll('[data-control-note]')];

for (const button of buttons) {
  button.addEventListener('click', () => turn(button.dataset.server, button.getAttribute('aria-checked') !== 'true'));
}
for (const button of document.querySelectorAll('button[data-turn-all]')) {
  button.addEventListener('click', () => turn('all', button.dataset.turnAll === 'online'));
}

function show() {
  const { online } = serverStates;
  for (const button of buttons) {
    const isOnline = online?.[button.dataset.server];
    button.disabled = isOnline === undefined;
    button.setAttribute('aria-checked', String(isOnline ?? false));
    button.querySelector('.state').textContent = isOnline === undefined ? 'unknown' : isOnline ? 'online' : 'offline';
  }
  for (const button of document.querySelectorAll('button[data-turn-all]')) button.disabled = !online;
  for (const [name, isOnline] of Object.entries(online ?? {})) {
    document.documentElement.toggleAttribute(`data-${name}-offline`, !isOnline);
  }
  for (const note of notes) note.hidden = online !== null;
}
serverStates.addEventListener('change', show);

/** One stream while the page is visible: a browser opens only six connections to one host. */
let stream;
function listen() {
  if (document.hidden) {
    stream?.close();
    stream = undefined;
    return;
  }
  if (stream && stream.readyState !== EventSource.CLOSED) return;
  stream = new EventSource(`${CONTROL}/events`);
  stream.onmessage = ({ data }) => serverStates.set(JSON.parse(data));
  stream.onerror = () => {
    serverStates.online = undefined;
    serverStates.set(null);
    // Firefox gives up on a server that is gone.
    if (stream?.readyState === EventSource.CLOSED) setTimeout(listen, 1000);
  };
}
document.addEventListener('visibilitychange', listen);
listen();
