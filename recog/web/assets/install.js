"use strict";

// Where a browser keeps service workers (on this machine, or by https), one says so when recog is not running.
(() => {
  const { root } = document.documentElement.dataset;
  // The app starts at "/", and goes on from there to the session of this browser: see entry.js.
  if (root) try { localStorage.setItem("first", `${root}/`); } catch { /* then one logs in */ }
  const worker = `${root}/service-worker.js`;
  const { serviceWorker } = navigator;
  if (!serviceWorker || !("NavigationPreloadManager" in window)) return;
  const known = serviceWorker.controller?.scriptURL;
  if (known === new URL(worker, location.href).href) return;
  serviceWorker.register(worker, { scope: "/" }).catch(() => { /* a browser may refuse: then it shows its own page */ });
})();
