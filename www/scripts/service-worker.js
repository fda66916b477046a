// Makes the page work without a network after the first visit: everything is fetched afresh where that is possible
// and taken from the cache where it is not. The build puts in what to keep from the start.
const VERSION = "__VERSION__";
const FILES = __FILES__;
// The test of client/relaxed.ts: a module comes in two forms, of which a browser uses one.
const RELAXED = WebAssembly.validate(new Uint8Array(__PROBE__));
const UNUSED = RELAXED ? /mi_dpg_bg\b.*\.wasm$/ : /mi_dpg_relaxed_bg\b.*\.wasm$/;
const CACHE = `mi-dpg-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES.filter((file) => !UNUSED.test(file))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith("mi-dpg-") && name !== CACHE)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  event.respondWith(fresh(request));
});

async function fresh(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    // A link differs from the page in its query alone.
    const kept = await cache.match(request, { ignoreSearch: request.mode === "navigate" });
    if (kept) return kept;
    throw error;
  }
}
