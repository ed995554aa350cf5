"use strict";

// Say that recog is not running when a page cannot be reached. The page is in this script (see recog/web/install.py), and
// nothing is cached, so that no photo and no name outlives the server.
//
// Pages come by navigation preload, never by fetch: a worker's own request comes from this site and bears its cookie,
// whichever site sent the browser here.
const absent = () => new Response(PAGE, { status: 503, headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": POLICY } });

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.registration.navigationPreload.enable()));
self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET" || mode !== "navigate" || /\.\w+$/.test(new URL(url).pathname)) return;
  event.respondWith(event.preloadResponse.then((answer) => answer ?? absent(), absent));
});
