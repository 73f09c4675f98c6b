/** `npm start`: all demo sites and providers in one process, on http://*.localhost:8080 (PORT names another port). */
import { clientSite } from './client-sites.js';
import { collector } from './collector.js';
import { Control } from './control.js';
import { randomApi } from './random-api.js';
import { missingScripts, sendFile } from './static-files.js';
import { VirtualHosts } from './virtual-hosts.js';

const port = Number(process.env.PORT || 8080);
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  stop(`PORT is "${process.env.PORT}", which is no port. Name one from 1024 to 65535, as in: PORT=8081 npm start`);
}
const missing = await missingScripts();
if (missing.length > 0) stop(`Not built yet: ${missing.join(', ')} is missing. Use npm start, which builds first.`);

const startPage = `http://demo.localhost:${port}/`;
const hosts = new VirtualHosts(startPage);
const control = new Control({
  random: hosts.add('random.localhost', randomApi(port)),
  analytics: hosts.add('analytics.localhost', collector(port)),
  news: hosts.add('news.localhost', clientSite({ folder: 'news', port })),
  shop: hosts.add('shop.localhost', clientSite({ folder: 'shop', port, ownWorker: '/sw-without.js' })),
});
hosts.add('demo.localhost', async (request, response, url) => {
  if (!control.answer(request, response, url)) await sendFile(response, { folder: 'demo', port }, url.pathname);
});

try {
  await hosts.listen(port);
  console.log(
    `Foreign fetch, the demos: ${startPage}\nStop with Ctrl+C: what a site can do with every server gone is part of the demo.`,
  );
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    stop(`Port ${port} is taken by another program. End that one, or name another port: PORT=${port + 1} npm start`);
  if (code === 'EACCES') stop(`Port ${port} needs more rights than you have. Name one above 1023: PORT=8080 npm start`);
  stop(`Could not listen on port ${port}: ${message}`);
}

function stop(reason: string): never {
  console.error(reason);
  process.exit(1);
}
