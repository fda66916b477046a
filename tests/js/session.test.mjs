import assert from "node:assert/strict";
import { test } from "node:test";
import { MidpgError } from "../../www/client/error.ts";
import { TrainingSession } from "../../www/client/session.ts";
import { settle } from "./worker.mjs";

const MODEL = {
  info: { method: "dpg" },
  save: async () => new Uint8Array([1]),
};
const step = (n) => ({
  kind: "step",
  step: n,
  loss: 1,
  bce: 1,
  mi: null,
  rows: 1,
});
const epoch = { kind: "epoch", epoch: 1 };
const done = {
  kind: "done",
  epochs: 1,
  bestEpoch: 1,
  stoppedEarly: false,
  report: {},
};

/** A trainer that tells these events and a host that lets everything happen in order. */
function session(events, { checkpoints = false } = {}) {
  const queue = [...events];
  const trainer = {
    steps: 0,
    freed: 0,
    made: 0,
    ahead: 0,
    every: 1,
    readEvery: (steps) => (trainer.every = steps),
    nextEvent: async () => {
      trainer.steps++;
      const event = queue.shift();
      if (event?.kind === "step") trainer.made = event.step;
      return event;
    },
    model: async () => MODEL,
    checkpoint: async () => new Uint8Array([7]),
    cancel: () => (trainer.cancelled = true),
    free: () => trainer.freed++,
  };
  const host = {
    exclusive: (work) => work(),
    breathe: () => new Promise((resolve) => setTimeout(resolve, 0)),
    keepModel: () => 42,
  };
  return { trainer, running: new TrainingSession(trainer, host, checkpoints) };
}

test("steps that were held back come before the epoch they belong to", async () => {
  const { running } = session([step(1), step(2), epoch, done]);
  const told = [
    await running.next(),
    await running.next(),
    await running.next(),
  ];
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ["step", "epoch", "done"],
  );
  assert.equal(told[0].step, 2);
  assert.equal(told[2].model, 42);
  assert.deepEqual(told[2].bytes, new Uint8Array([1]));
});

test("the time of validation is not in the rate of the steps before or after it", async (t) => {
  // In seconds: steps at 10 and 20, validation until 1000, a step at 1010.
  const clock = [0, 10, 20, 1000, 1010, 1020];
  let trainer = { steps: 0 };
  t.mock.method(performance, "now", () => 1000 * clock[trainer.steps]);
  const { running, ...rest } = session([
    step(1),
    step(2),
    epoch,
    step(3),
    done,
  ]);
  trainer = rest.trainer;
  const rates = [];
  for (let told; told?.kind !== "done";) {
    told = await running.next();
    if (told.kind === "step") rates.push(told.rowsPerSecond);
  }
  assert.deepEqual(rates, [0.1, 0.1, 0.1]);
});

test("a device that can be lost leaves a checkpoint with every epoch", async () => {
  const { running } = session([step(1), epoch, done], { checkpoints: true });
  assert.equal((await running.next()).kind, "step");
  assert.deepEqual(await running.next(), {
    kind: "checkpoint",
    step: 1,
    bytes: new Uint8Array([7]),
  });
  assert.equal((await running.next()).kind, "epoch");
});

test("a run that went on knows its steps at an epoch's end that comes first", async () => {
  const { trainer, running } = session([epoch, done], { checkpoints: true });
  trainer.made = 20;
  const { kind, step } = await running.next();
  assert.deepEqual({ kind, step }, { kind: "checkpoint", step: 20 });
});

test("a device that can be lost leaves a checkpoint within an epoch too, when it is due", async (t) => {
  let trainer = { steps: 0 };
  t.mock.method(performance, "now", () => 1500 * trainer.steps);
  const { running, ...rest } = session(
    [step(1), step(2), step(3), epoch, done],
    { checkpoints: true },
  );
  trainer = rest.trainer;
  const told = [];
  while (told.at(-1)?.kind !== "done") told.push(await running.next());
  assert.deepEqual(
    told.map(({ kind, step = "" }) => kind + step),
    ["step1", "step2", "checkpoint2", "step3", "checkpoint3", "epoch", "done"],
  );
});

test("a paused run takes no step until it is resumed", async () => {
  const { running, trainer } = session([epoch]);
  running.pause(true);
  const told = running.next();
  await settle();
  await settle();
  assert.equal(trainer.steps, 0);
  running.pause(false);
  assert.equal((await told).kind, "epoch");
});

test("cancelling takes effect between steps, paused or not", async () => {
  for (const paused of [false, true]) {
    const { running, trainer } = session([epoch]);
    running.pause(paused);
    const told = running.next();
    running.cancel();
    await assert.rejects(
      told,
      (error) => error instanceof MidpgError && error.kind === "cancelled",
    );
    assert.equal(trainer.steps, 0);
  }
});

test("freeing is idempotent and tells the trainer", () => {
  const { running, trainer } = session([]);
  running.free();
  running.free();
  assert.equal(trainer.freed, 1);
  assert.equal(trainer.cancelled, true);
});

test("a checkpoint waits until all steps that were made are told", async (t) => {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const { trainer, running } = session(
    [step(1), step(2), step(3), epoch, done],
    { checkpoints: true },
  );
  const next = trainer.nextEvent;
  // A bunch of three, long after the last checkpoint.
  const ahead = [2, 1, 0, 0, 0];
  trainer.nextEvent = async () => {
    const event = await next();
    now += 10_000;
    trainer.ahead = ahead.shift();
    return event;
  };
  const kinds = [];
  for (let i = 0; i < 5; i++) kinds.push((await running.next()).kind);
  assert.deepEqual(kinds.slice(0, 4), ["step", "step", "step", "checkpoint"]);
});
