// The scorer has the model that is looked at, however long the files take.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { ScorerState } from "../../www/src/state/scorer.svelte.ts";
import { later } from "./state.mjs";

const page = createRequire(new URL("../../www/package.json", import.meta.url));
const { expose } = await import(pathToFileURL(page.resolve("comlink")));

/** The scorer's worker: which files it was given, and what it answers. */
function worker(t, ask = () => ({ scores: [], layers: [] })) {
  const given = [];
  const { port1, port2 } = new MessageChannel();
  t.after(() => port1.close());
  const load = (bytes) => {
    given.push(bytes[0]);
    return { method: `model ${bytes[0]}` };
  };
  expose({ load, ask }, port2);
  globalThis.Worker = class {
    constructor() {
      return port1;
    }
  };
  return given;
}

const file = (number) => async () => Uint8Array.of(number);

test("a file that comes late does not take the place of the one asked for since", async (t) => {
  const given = worker(t);
  const scorer = new ScorerState();
  const slow = later();
  const first = scorer.load("first", () => slow.promise);
  await scorer.load("second", file(2));
  slow.resolve(Uint8Array.of(1));
  await first;
  assert.deepEqual(given, [2]);
  assert.equal(scorer.info.method, "model 2");
});

test("a file that cannot be had is no failure of the one asked for since", async (t) => {
  worker(t);
  const scorer = new ScorerState();
  const slow = later();
  const first = scorer.load("first", () => slow.promise);
  await scorer.load("second", file(2));
  slow.reject(new Error("status 404"));
  await first;
  assert.equal(scorer.failure, null);
  assert.equal(scorer.info.method, "model 2");
});

test("a row that the model before refuses does not stop the next one's loading", async (t) => {
  worker(t, () => {
    throw new Error("no such row");
  });
  const scorer = new ScorerState();
  await scorer.load("first", file(1));
  const refused = scorer.ask([{}]);
  const slow = later();
  const second = scorer.load("second", () => slow.promise);
  await refused;
  slow.resolve(Uint8Array.of(2));
  await second;
  assert.equal(scorer.failure, null);
  assert.equal(scorer.info.method, "model 2");
});

test("what failed is loaded when it is asked for again", async (t) => {
  worker(t);
  const scorer = new ScorerState();
  await scorer.load("one", () => Promise.reject(new Error("status 404")));
  assert.equal(scorer.failure, "status 404");
  await scorer.load("one", file(1));
  assert.equal(scorer.failure, null);
  assert.equal(scorer.info.method, "model 1");
});

test("a worker that stops takes its model along, and the next one loads it again", async (t) => {
  worker(t);
  const scorer = new ScorerState();
  let running;
  const start = globalThis.Worker;
  globalThis.Worker = class {
    constructor() {
      running = new start();
      return Object.assign(running, { terminate: () => undefined });
    }
  };
  await scorer.load("one", file(1));
  running.onerror({ message: "out of memory", preventDefault() {} });
  assert.match(scorer.failure, /the scorer stopped: out of memory/);
  assert.equal(scorer.info, null);

  const given = worker(t);
  await scorer.load("one", file(1));
  assert.deepEqual(given, [1]);
  assert.equal(scorer.failure, null);
  assert.equal(scorer.info.method, "model 1");
});

test("what is wrong with a cell is told without the number of a row that nobody sees", async (t) => {
  worker(t, () => {
    throw new Error('column "price": row 0: value "dear" is not a number');
  });
  const scorer = new ScorerState();
  await scorer.load("one", file(1));
  assert.equal(await scorer.ask([{}]), null);
  assert.equal(scorer.failure, 'column "price": value "dear" is not a number');
});

test("an answer of the model before does not hide that the next one cannot be had", async (t) => {
  const slow = later();
  worker(t, () => slow.promise);
  const scorer = new ScorerState();
  await scorer.load("first", file(1));
  const asked = scorer.ask([{}]);
  await scorer.load("second", () => Promise.reject(new Error("status 404")));
  slow.resolve({ scores: [], layers: [] });
  await asked;
  assert.equal(scorer.failure, "status 404");
});
