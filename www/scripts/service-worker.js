// Makes the page work without a network after the first visit. A page is answered with the files of one version as long
// as it is open: those that were kept when this worker was installed. A newer version's worker is installed beside it
// and takes over when no page of this one is open any more, or when the only one asks for it. The build puts in what to
// keep from the start, what to keep once it is used, and the digest of each.
const VERSION = "__VERSION__";
const FILES = __FILES__;
const LATER = __LATER__;
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
  event.waitUntil(install());
});

/** All files or none: one of another version, from a cache on its way or a site that is half renewed, is refused. */
async function install() {
  const cache = await caches.open(CACHE);
  const files = Object.entries(FILES).filter(([file]) => !UNUSED.test(file));
  await cache.addAll(
    files.map(([file, integrity]) => new Request(file, { integrity, cache: "no-cache" })),
  );
}

/** A page wants the newer version. Others that are open would be left with files of two. */
self.addEventListener("message", (event) => {
  if (event.data !== "take over") return;
  event.waitUntil(
    pages().then(({ length }) =>
      length > 1 ? event.source.postMessage("others are open") : self.skipWaiting(),
    ),
  );
});

async function pages() {
  const all = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return all.filter(({ url }) => isPage(url));
}

self.addEventListener("activate", (event) => {
  event.waitUntil(
    forget()
      // What cannot be cleared away is tried again by the next version.
      .catch(() => undefined)
      .then(() => self.clients.claim()),
  );
});

/** Deletes the caches of this copy's versions before: no page that they served is open. */
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
  event.respondWith(answerOf(event));
});

/** What is fetched goes to the page at once; its copy is made meanwhile, and a full disk is not the page's trouble. */
async function answerOf(event) {
  const { request } = event;
  const kept = await (await caches.open(CACHE)).match(keyOf(request));
  if (kept) return kept;
  const integrity = LATER[`./${new URL(request.url).pathname.slice(SCOPE.length)}`];
  const answer = await fetch(integrity ? new Request(request.url, { integrity }) : request);
  if (answer.ok) event.waitUntil(keep(request, answer.clone()).catch(() => undefined));
  return answer;
}

async function keep(request, answer) {
  const cache = await caches.open(CACHE);
  await cache.put(keyOf(request), answer);
}

/** A link differs from the page in its query alone, and is kept as the page. */
function keyOf(request) {
  return isPage(request.url) ? "./" : request;
}

function isPage(url) {
  const { pathname } = new URL(url);
  return pathname === SCOPE || pathname === `${SCOPE}index.html`;
}
