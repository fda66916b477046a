// When a new version of the page takes over, which caches it clears away, and which it leaves to others.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const ORIGIN = "http://localhost";
const SCOPE = `${ORIGIN}/page/`;
const SOURCE = await readFile(
  new URL("../../www/scripts/service-worker.js", import.meta.url),
  "utf8",
);

/** Runs the worker's script on caches by name, each with the addresses that it keeps; gives the worker's events. */
function worker(kept, open = []) {
  const heard = {};
  const claimed = [];
  const self = {
    registration: { scope: SCOPE },
    clients: {
      claim: async () => claimed.push(true),
      matchAll: async () => open.map((path) => ({ url: ORIGIN + path })),
    },
    skipWaiting: async () => claimed.push("waits no longer"),
    addEventListener: (type, listener) => (heard[type] = listener),
  };
  const caches = {
    keys: async () => [...kept.keys()],
    match: async (url, { cacheName }) =>
      kept.get(cacheName)?.includes(url) ? {} : undefined,
    delete: async (name) => kept.delete(name),
  };
  const script = SOURCE.replace("__VERSION__", "new")
    .replace("__FILES__", "{}")
    .replace("__LATER__", "{}")
    .replace("__RELAXED__", "[]");
  new Function("self", "caches", script)(self, caches);
  const activate = async () => {
    let work;
    heard.activate({ waitUntil: (promise) => (work = promise) });
    await work;
  };
  const told = async (data) => {
    const answers = [];
    let work;
    const source = { postMessage: (answer) => answers.push(answer) };
    heard.message({ data, source, waitUntil: (promise) => (work = promise) });
    await work;
    return answers;
  };
  return { activate, caches, claimed, told };
}

test("a version that takes over clears its former caches, by either name, and no others", async () => {
  const kept = new Map([
    ["mi-dpg /page/ new", [SCOPE]],
    ["mi-dpg /page/ old", [SCOPE]],
    ["mi-dpg /page/next/ old", [`${SCOPE}next/`]],
    ["mi-dpg-0123456789ab", [SCOPE, `${SCOPE}assets/a.js`]],
    // Of a copy of the page in another folder that was not renewed: its reader may have no network.
    ["mi-dpg-ba9876543210", [`${SCOPE}next/`]],
    ["mi-dpg-of-somebody-else", [SCOPE]],
    ["another-app", [SCOPE]],
  ]);
  const { activate, claimed } = worker(kept);
  await activate();
  assert.deepEqual(
    [...kept.keys()],
    [
      "mi-dpg /page/ new",
      "mi-dpg /page/next/ old",
      "mi-dpg-ba9876543210",
      "mi-dpg-of-somebody-else",
      "another-app",
    ],
  );
  assert.equal(claimed.length, 1);
});

test("caches that cannot be cleared away do not keep the new version from its pages", async () => {
  const { activate, caches, claimed } = worker(new Map([["mi-dpg-0", []]]));
  caches.keys = () => Promise.reject(new Error("no storage"));
  await activate();
  assert.equal(claimed.length, 1);
});

test("a version takes over when the only page asks for it, whatever other copies are open", async () => {
  const { claimed, told } = worker(new Map(), [
    "/page/?seed=2",
    "/page/next/",
    "/",
  ]);
  assert.deepEqual(await told("something else"), []);
  assert.deepEqual(claimed, []);
  assert.deepEqual(await told("take over"), []);
  assert.deepEqual(claimed, ["waits no longer"]);
});

test("a version does not take over from a page that is open in another tab", async () => {
  const { claimed, told } = worker(new Map(), ["/page/", "/page/index.html"]);
  assert.deepEqual(await told("take over"), ["others are open"]);
  assert.deepEqual(claimed, []);
});
