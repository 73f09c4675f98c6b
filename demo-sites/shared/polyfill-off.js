/**
 * Stands in the page in place of our script tag at /?polyfill=off. Whatever worker with foreign fetch an earlier visit left here is
 * taken out of the path, and the page is loaded again without it. `data-keep` names the worker that the site has anyway.
 *
 * `polyfillOff` resolves with why it could not be done, or with the empty string.
 */
{
  const keep = document.currentScript.dataset.keep;
  const container = navigator.serviceWorker;
  const isKept = worker => worker !== null && new URL(worker.scriptURL).pathname === keep;
  document.documentElement.dataset.polyfill = 'off';

  const becomesActive = registration =>
    new Promise(resolve => {
      const worker = registration.installing ?? registration.waiting;
      const look = () => {
        if (isKept(registration.active) || worker?.state === 'redundant') resolve();
      };
      worker?.addEventListener('statechange', look);
      look();
    });

  const takeOut = async () => {
    if (keep === undefined)
      for (const registration of await container.getRegistrations()) await registration.unregister();
    else await becomesActive(await container.register(keep));
    if (container.controller && !isKept(container.controller)) {
      location.reload();
      await new Promise(() => {});
    }
    // Another tab may bring it back: its worker claims all pages of the site.
    container.addEventListener('controllerchange', () => {
      if (container.controller && !isKept(container.controller)) dispatchEvent(new Event('polyfill-is-back'));
    });
    return '';
  };

  window.polyfillOff = container
    ? takeOut().catch(
        () => 'The worker could not be replaced, because the server of this site does not answer. Switch it on first.',
      )
    : Promise.resolve('');
}
