import { test } from '../harness/registry.js';
test('99 raw port', async t => {
  const js = {'content-type':'text/javascript'}, html={'content-type':'text/html'};
  const api = t.site('api', () => ({ headers: {'access-control-allow-origin': '*'}, body: 'hello' }));
  api.routes.set('/frame', { headers: html, body: `<script>
    onmessage = async e => { const r = await navigator.serviceWorker.register('/w.js'); const w = r.active || r.installing; while(!r.active) await new Promise(s=>setTimeout(s,10)); r.active.postMessage('x', [e.ports[0]]); };
    parent.postMessage('up','*');
  </script>` });
  api.routes.set('/w.js', { headers: js, body: `addEventListener('message', e => { const p = e.ports[0]; p.onmessage = m => { 
     const d = m.data;
     if (d.k === 'raw') p.postMessage({ id: d.id, body: 'hello' });
     if (d.k === 'ack') { p.postMessage({ ack: d.id }); p.postMessage({ id: d.id, body: 'hello' }); }
     if (d.k === 'body') { const r = new Response('hello').body.getReader(); (async()=>{ const a = await r.read(); await r.read(); p.postMessage({ id: d.id, body: a.value.buffer }) })(); }
     if (d.k === 'text') { new Response('hello').arrayBuffer().then(b => p.postMessage({ id: d.id, body: b })) }
     if (d.k === 'req') { const q = new Request('${''}/x', {mode:'cors',credentials:'omit',signal:new AbortController().signal}); p.postMessage({ id: d.id, body: 'hello' }); }
  }; e.waitUntil(new Promise(()=>{})) });` });
  const site = t.site('site');
  site.routes.set('/', { headers: html, body: '<!doctype html>' });
  site.routes.set('/sw.js', { headers: js, body: `let port, n=0; const m = new Map(); addEventListener('message', e => { port = e.ports[0]; port.onmessage = ({data}) => { if (data.ack) return; m.get(data.id)(data.body); m.delete(data.id); } });
  addEventListener("fetch", e => {
    const u = new URL(e.request.url); if (u.host === location.host) return; const k = u.pathname.slice(1);
    if (k === 'constant') e.respondWith(new Response('hello'));
    else if (k !== 'net') e.respondWith(new Promise(r => { const id = 'n:' + ++n; m.set(id, r); port.postMessage({ k, id }) }).then(b => new Response(b)));
  }); addEventListener("install",()=>skipWaiting());addEventListener("activate",e=>e.waitUntil(clients.claim()))` });
  const page = await t.page(); page.timeout=100000; await page.goto(site.origin + '/');
  const out = await page.evaluate(async (api) => { await navigator.serviceWorker.register('/sw.js'); await navigator.serviceWorker.ready; while(!navigator.serviceWorker.controller) await new Promise(r=>setTimeout(r,10));
    const c = new MessageChannel(); const f = document.createElement('iframe'); f.src = api + '/frame'; 
    await new Promise(r => { onmessage = r; document.body.append(f); });
    f.contentWindow!.postMessage('p', '*', [c.port2]); navigator.serviceWorker.controller!.postMessage('p', [c.port1]);
    await new Promise(r => setTimeout(r, 500));
    const kinds = ['constant','raw','ack','body','text','req','net']; const s: Record<string, number[]> = {};
    for (let i=-5;i<50;i++) for (const k of kinds) { const t0=performance.now(); for (let j=0;j<10;j++) await (await fetch(api+'/'+k)).text(); if (i>=0) (s[k] ??= []).push((performance.now()-t0)/10); }
    return kinds.map(k => [k, s[k]!.sort((a,b)=>a-b)[25]]);
  }, api.origin);
  const base = out[0]![1] as number; console.log(t.engine, out.map(([k,v]) => k + ' ' + ((v as number)/base).toFixed(2) + ' (' + (v as number).toFixed(2)+')').join('  '));
}, { timeout: 120000 });
