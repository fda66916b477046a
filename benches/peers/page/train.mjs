// What runs in a page of the training benchmark: one trainer, and the clock.
import { bytes, safetensors, script } from "/lib.mjs";

const BATCH = 512;
/** TensorFlow.js goes round so many batches, and reads the loss back each so many steps. */
const BATCHES = 32;
const READ = 10;

/** Ours, one of its two forms: from ids to updated embeddings, the losses read back each step. */
async function ours(form) {
  const wasm = await import("/pkg/cpu/mi_dpg.js");
  await wasm.default({ module_or_path: `/pkg/cpu/mi_dpg${form}_bg.wasm` });
  await wasm.openDevice("cpu");
  const log = await bytes("/models/log.csv");
  const schema = await (await fetch("/models/p.toml")).text();
  const trainer = await wasm.Trainer.create(
    wasm.Dataset.parse(log, schema, 1),
    {
      method: "dpg",
      variant: "r",
      drDiv: 4,
      dcDiv: 32,
      batch: BATCH,
      epochs: 100000,
      patience: 100000,
      oovDropout: 0,
    },
  );
  return async (until) => {
    let [steps, ms] = [0, 0];
    while (ms < until) {
      const started = performance.now();
      const event = await trainer.nextEvent();
      // The epoch's end and its last, smaller batch aside.
      if (event.kind !== "step" || event.rows !== BATCH) continue;
      ms += performance.now() - started;
      steps++;
    }
    return ms / steps;
  };
}

/** The same network of TensorFlow.js; `embeddings`: with the look-ups and the tables' lazy Adam. */
async function tensorflow(backend, embeddings) {
  await script("/modules/@tensorflow/tfjs/dist/tf.min.js");
  const tf = window.tf;
  if (backend === "wasm") {
    await script(
      "/modules/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js",
    );
    tf.wasm.setWasmPaths("/modules/@tensorflow/tfjs-backend-wasm/dist/");
    tf.wasm.setThreadsCount(1);
  }
  await tf.setBackend(backend);
  const document = await (await fetch("/models/p.json")).json();
  const network = makeNetwork(tf, document, await file());
  const tables = makeTables(document, await file());
  const batches = Array.from({ length: BATCHES }, (_, at) => {
    const ids = randomIds(document.fields, at);
    const labels = Float32Array.from({ length: BATCH }, (_, i) => +(i % 8 < 1));
    const h = tables.lookUp(ids);
    return { ids, h: tf.tensor2d(h, [BATCH, tables.width]), labels };
  });
  for (const batch of batches) batch.labels = tf.tensor1d(batch.labels);
  await check(batches[0].ids, tf.sigmoid(network.logits(batches[0].h)));

  const adam = tf.train.adam(1e-3);
  const input = tf.variable(batches[0].h);
  const learned = [...network.variables, ...(embeddings ? [input] : [])];
  let at = 0;
  const step = () => {
    const { ids, h, labels } = batches[at % BATCHES];
    const loss = tf.tidy(() => {
      if (embeddings)
        input.assign(tf.tensor2d(tables.lookUp(ids), [BATCH, tables.width]));
      const { value, grads } = tf.variableGrads(
        () => network.loss(embeddings ? input : h, labels),
        learned,
      );
      if (embeddings) {
        tables.update(ids, grads[input.name].dataSync());
        delete grads[input.name];
      }
      adam.applyGradients(grads);
      return value;
    });
    at++;
    return loss;
  };
  return async (until) => {
    let steps = 0;
    const started = performance.now();
    while (performance.now() - started < until) {
      for (let i = 1; i < READ; i++) step().dispose();
      const loss = step();
      if (!Number.isFinite((await loss.data())[0])) throw new Error("the loss");
      loss.dispose();
      steps += READ;
    }
    return (performance.now() - started) / steps;
  };
}

/** The factored form: what each column block of h gives is scaled by its column of s. */
function makeNetwork(tf, document, weights) {
  const variables = [];
  const variable = (data, shape) => {
    variables.push(tf.variable(tf.tensor(data, shape)));
    return variables.at(-1);
  };
  // Turned once: inputs by outputs.
  const turned = ({ data, shape: [rows, columns] }) =>
    data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]);
  // Its wasm kernel is fast only where nothing is to be transposed: the gradients of tf.matMul ask for that, these do not.
  const product = tf.customGrad((a, b, save) => {
    save([a, b]);
    const gradFunc = (dy, [a, b]) => [
      tf.matMul(dy, tf.transpose(b)),
      tf.matMul(tf.transpose(a), dy),
    ];
    return { value: tf.matMul(a, b), gradFunc };
  });
  const linear = (name) => {
    const weight = weights[`${name}.weight`];
    const kernel = variable(turned(weight), weight.shape.toReversed());
    const bias = variable(weights[`${name}.bias`].data);
    return (a) => tf.add(product(a, kernel), bias);
  };
  const modulated = (name) => {
    const weight = weights[`${name}.weight`];
    const [dm, dn] = weight.shape;
    const shared = weights[`${name}.weighting.column_shared`];
    const dc = shared.shape[1];
    const all = turned(weight);
    const row = linear(`${name}.weighting.row`);
    const dr = weights[`${name}.weighting.row.bias`].shape[0];
    const bias = variable(weights[`${name}.bias`].data);
    const blocks = Array.from({ length: dc }, (_, j) => ({
      // d_k = 1: a column of S_C is one number.
      shared: variable(shared.data.slice(j, j + 1), []),
      kernel: variable(
        all.slice((j * dn * dm) / dc, ((j + 1) * dn * dm) / dc),
        [dn / dc, dm],
      ),
    }));
    return (e, h) => {
      const rows = h.shape[0];
      const r = row(tf.concat([e, h], 1));
      const parts = tf.split(h, dc, 1);
      let z = bias;
      for (const [j, { shared, kernel }] of blocks.entries()) {
        const s = tf.sigmoid(tf.mul(r, shared));
        const part = product(parts[j], kernel);
        const scaled = tf.mul(
          tf.reshape(part, [rows, dr, dm / dr]),
          tf.reshape(s, [rows, dr, 1]),
        );
        z = tf.add(tf.reshape(scaled, [rows, dm]), z);
      }
      return z;
    };
  };
  const layers = document.network.hidden.map((_, l) =>
    modulated(`layers.${l}`),
  );
  const output = linear("output");
  const aware = document.network.embedding;
  const logits = (h1) => {
    const e = tf.slice(h1, [0, 0], [h1.shape[0], aware]);
    const h = layers.reduce((h, layer) => tf.relu(layer(e, h)), h1);
    return tf.reshape(output(h), [h1.shape[0]]);
  };
  // Binary cross entropy with its gradient written out.
  const entropy = tf.customGrad((x, y, save) => {
    save([x, y]);
    const value = tf.mean(tf.sub(tf.softplus(x), tf.mul(x, y)));
    const gradFunc = (dy, [x, y]) => [
      tf.mul(tf.sub(tf.sigmoid(x), y), tf.div(dy, x.size)),
      tf.zerosLike(y),
    ];
    return { value, gradFunc };
  });
  return { variables, logits, loss: (h, y) => entropy(logits(h), y) };
}

/** Embedding tables with lazy Adam, in JavaScript: the wasm backend has no gradient of a gather. */
function makeTables({ fields, network: { embedding } }, weights) {
  const tables = fields.map(({ name }) => {
    const { data, shape } = weights[`embedding.${name}`];
    const zeros = () => new Float32Array(data.length);
    return { data, m: zeros(), v: zeros(), sum: zeros(), rows: shape[0] };
  });
  const width = embedding * fields.length;
  let time = 0;
  const lookUp = (ids) => {
    const h = new Float32Array((ids.length / fields.length) * width);
    ids.forEach((id, i) => {
      const { data } = tables[i % fields.length];
      h.set(data.subarray(id * embedding, (id + 1) * embedding), i * embedding);
    });
    return h;
  };
  const update = (ids, gradient) => {
    time++;
    const rate = (1e-3 * Math.sqrt(1 - 0.999 ** time)) / (1 - 0.9 ** time);
    for (const [field, { data, m, v, sum }] of tables.entries()) {
      const touched = new Set();
      for (let i = field; i < ids.length; i += fields.length) {
        touched.add(ids[i]);
        for (let k = 0; k < embedding; k++)
          sum[ids[i] * embedding + k] += gradient[i * embedding + k];
      }
      for (const id of touched)
        for (let k = id * embedding; k < (id + 1) * embedding; k++) {
          m[k] = 0.9 * m[k] + 0.1 * sum[k];
          v[k] = 0.999 * v[k] + 0.001 * sum[k] * sum[k];
          data[k] -= (rate * m[k]) / (Math.sqrt(v[k]) + 1e-8);
          sum[k] = 0;
        }
    }
  };
  return { width, lookUp, update };
}

/** The peer's network must be ours: its scores of a batch within 1e-5. */
async function check(ids, probabilities) {
  const { default: init, Scorer } = await import("/pkg/client/score.js");
  await init();
  const scorer = Scorer.load(await bytes("/models/p.safetensors"));
  const expected = await scorer.scoreIds({
    ids: Uint32Array.from(ids),
    rowCount: BATCH,
  });
  const got = await probabilities.data();
  const error = expected.reduce(
    (e, p, i) => Math.max(e, Math.abs(p - got[i])),
    0,
  );
  if (!(error < 1e-5)) throw new Error(`scores differ by ${error}`);
}

const file = async () => safetensors(await bytes("/models/p.safetensors"));

function randomIds(fields, seed) {
  let state = seed + 1;
  return Int32Array.from({ length: BATCH * fields.length }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * fields[i % fields.length].size);
  });
}

const makers = {
  ours: () => ours("_relaxed"),
  plain: () => ours(""),
  wasm: () => tensorflow("wasm", false),
  embeddings: () => tensorflow("wasm", true),
  cpu: () => tensorflow("cpu", false),
};

/** Makes a trainer and warms it up: the engine compiles what is hot in its own time. */
window.prepare = async (name) => {
  window.turn = await makers[name]();
  await window.turn(1000);
};
