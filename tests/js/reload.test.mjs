// A model that outlives the worker that held it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "../../www/client/index.ts";
import { settle, spawner } from "./worker.mjs";

const INFO = { method: "dpg", scenarios: [], fields: [] };
const csv = new Uint8Array(1);

test("after a crash a model is loaded once, whoever waits for it, and one that is freed meanwhile is not kept", async () => {
  const { spawn, workers } = spawner(({ op }) =>
    op === "load" && workers.length === 1
      ? { model: 7, info: INFO }
      : undefined,
  );
  const client = await createClient({
    spawn,
    modules: "http://localhost/pkg/",
  });
  const model = await client.load(new Uint8Array(1));
  workers[0].onerror({ message: "trap" });
  const calls = [client.explain(model, csv), client.map(model, csv)];
  await settle();
  const [, { posted }] = workers;
  const loads = () => posted.filter(({ op }) => op === "load");
  assert.equal(loads().length, 1);
  model.free();
  workers[1].answer(loads()[0].id, { model: 3, info: INFO });
  await settle();
  const asked = posted.map(({ op, model }) => [op, model]).slice(2);
  assert.deepEqual(asked[0], ["freeModel", 3]);
  for (const { op, id } of posted)
    if (op === "explain" || op === "map")
      workers[1].fail(id, "usage", "this model was freed");
  for (const call of calls) await assert.rejects(call, { kind: "usage" });
});
