// Makes the page work without a network after the first visit: everything is fetched afresh where that is possible
// and taken from the cache where it is not. The build puts in what to keep from the start.
const VERSION = "__VERSION__";
const FILES = __FILES__;
// The test of client/simd.ts: a module comes in two forms, of which a browser uses one.
const RELAXED = WebAssembly.validate(new Uint8Array(__RELAXED__));
const UNUSED = RELAXED ? /mi_dpg_bg\b.*\.wasm$/ : /mi_dpg_relaxed_bg\b.*\.wasm$/;
// Another copy of the page, under another path of the same origin, has caches of its own.
const SCOPE = new URL(self.registration.scope).pathname;
const MINE = `mi-dpg ${SCOPE} `;
const CACHE = `${MINE}${VERSION}`;
// What the first versions called theirs, whatever their path was.
const FORMER = /^mi-dpg-[0-9a-f]{12}$/;

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
    forget()
      // What cannot be cleared away is tried again by the next version.
      .catch(() => undefined)
      .then(() => self.clients.claim()),
  );
});

/** Deletes the caches of this copy's versions before: the pages that they served are answered from this one's now. */
async function forget() {
  const names = (await caches.keys()).filter((name) => name !== CACHE);
  await Promise.all(
    names.map(async (name) => {
      const mine = name.startsWith(MINE) || (FORMER.test(name) && (await served(name)));
      if (mine) await caches.delete(name);
    }),
  );
}

/** Whether a cache keeps this copy's page: one that does not may be of another copy, which still needs it. */
async function served(cacheName) {
  return (await caches.match(self.registration.scope, { cacheName })) !== undefined;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  event.respondWith(fresh(event));
});

/** The answer goes to the page at once; its copy is made meanwhile, and a full disk is not the page's trouble. */
async function fresh(event) {
  const { request } = event;
  try {
    const answer = await fetch(request);
    if (answer.ok) event.waitUntil(keep(request, answer.clone()).catch(() => undefined));
    return answer;
  } catch (error) {
    const kept = await (await caches.open(CACHE)).match(keyOf(request));
    if (kept) return kept;
    throw error;
  }
}

async function keep(request, answer) {
  const cache = await caches.open(CACHE);
  await cache.put(keyOf(request), answer);
}

/** A link differs from the page in its query alone, and is kept as the page. */
function keyOf(request) {
  const { pathname } = new URL(request.url);
  return pathname === SCOPE || pathname === `${SCOPE}index.html` ? "./" : request;
}
