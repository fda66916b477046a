// What runs in the page: four scorers behind one interface, and the clock.
import { jax } from "/jax.mjs";
import { bytes, safetensors, script } from "/lib.mjs";

const loaded = {};
const WARM_UP = 300;

async function ours(name) {
  const { default: init, Scorer } = await import("/pkg/client/score.js");
  await init();
  const scorer = Scorer.load(await bytes(`/models/${name}.safetensors`));
  return (ids, rows) => {
    const given = Uint32Array.from(ids);
    return async () => scorer.scoreIds({ ids: given, rowCount: rows });
  };
}

/** The wasm for browsers that do not know relaxed SIMD; a second instance of its wrapper, whose class it calls itself. */
async function plain(name) {
  const wasm = await import("/pkg/score/mi_dpg.js?plain");
  await wasm.default({ module_or_path: "/pkg/score/mi_dpg_bg.wasm" });
  const scorer = wasm.Scorer.load(await bytes(`/models/${name}.safetensors`));
  const [none, nothing] = [new Uint32Array(), new Float32Array()];
  return (ids, rows) => {
    const given = Uint32Array.from(ids);
    return async () => scorer.scoreIds(given, none, nothing, rows);
  };
}

async function onnx(name) {
  const ort = await import("/modules/onnxruntime-web/dist/ort.wasm.min.mjs");
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = "/modules/onnxruntime-web/dist/";
  const session = await ort.InferenceSession.create(
    await bytes(`/models/${name}.onnx`),
    {
      executionProviders: ["wasm"],
    },
  );
  return (ids, rows, width) => async () => {
    const input = new ort.Tensor("int32", ids, [rows, width]);
    const { probability } = await session.run({ ids: input });
    return probability.data;
  };
}

async function tensorflow(name) {
  await script("/modules/@tensorflow/tfjs/dist/tf.min.js");
  await script(
    "/modules/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js",
  );
  const tf = window.tf;
  tf.wasm.setWasmPaths("/modules/@tensorflow/tfjs-backend-wasm/dist/");
  tf.wasm.setThreadsCount(1);
  await tf.setBackend("wasm");
  const file = safetensors(await bytes(`/models/${name}.safetensors`));
  const document = await (await fetch(`/models/${name}.json`)).json();
  const weights = Object.fromEntries(
    Object.entries(file).map(([key, { data, shape }]) => [
      key,
      tf.tensor(data, shape),
    ]),
  );
  const tables = document.fields.map(
    (field) => weights[`embedding.${field.name}`],
  );
  // Its fastest form: weights turned once, bias and ReLU fused.
  const turned = {};
  for (const [key, weight] of Object.entries(weights))
    if (key.endsWith(".weight") && weight.rank === 2)
      turned[key] = tf.transpose(weight);
  const linear = (name, x, activation = "linear") =>
    tf.fused.matMul({
      a: x,
      b: turned[`${name}.weight`],
      bias: weights[`${name}.bias`],
      activation,
    });
  // W as [d_c, d_n/d_c, d_m]: what each column block of h gives.
  const blocks = {};
  const layers = document.network.hidden.map((_, l) => {
    const name = `layers.${l}`;
    const shared = weights[`${name}.weighting.column_shared`];
    if (shared) {
      const [dm, dn] = weights[`${name}.weight`].shape;
      const dc = shared.shape[1];
      const dr = weights[`${name}.weighting.row.bias`].shape[0];
      blocks[name] = {
        dm,
        dn,
        dc,
        dr,
        weight: tf.reshape(tf.transpose(weights[`${name}.weight`]), [
          dc,
          dn / dc,
          dm,
        ]),
      };
    }
    return name;
  });
  const modulated = (name, e, h, rows) => {
    const { dm, dn, dc, dr, weight } = blocks[name];
    const r = linear(`${name}.weighting.row`, tf.concat([e, h], 1));
    const s = tf.sigmoid(
      tf.mul(
        tf.reshape(r, [rows, dr, 1]),
        weights[`${name}.weighting.column_shared`],
      ),
    );
    const parts = tf.transpose(tf.reshape(h, [rows, dc, dn / dc]), [1, 0, 2]);
    const products = tf.reshape(tf.matMul(parts, weight), [
      dc,
      rows,
      dr,
      dm / dr,
    ]);
    const scale = tf.reshape(tf.transpose(s, [2, 0, 1]), [dc, rows, dr, 1]);
    const sum = tf.reshape(tf.sum(tf.mul(products, scale), 0), [rows, dm]);
    return tf.add(sum, weights[`${name}.bias`]);
  };
  return (ids, rows, width) => {
    const columns = tables.map((_, f) =>
      Int32Array.from({ length: rows }, (_, row) => ids[row * width + f]),
    );
    return async () => {
      const out = tf.tidy(() => {
        const parts = tables.map((table, f) =>
          tf.gather(table, tf.tensor1d(columns[f], "int32")),
        );
        let h = tf.concat(parts, 1);
        for (const name of layers)
          h = blocks[name]
            ? tf.relu(modulated(name, parts[0], h, rows))
            : linear(name, h, "relu");
        return tf.sigmoid(tf.reshape(linear("output", h), [rows]));
      });
      const data = await out.data();
      out.dispose();
      return data;
    };
  };
}

const makers = {
  ours,
  plain,
  onnx,
  torchlike: (name) => onnx(`${name}.torchlike`),
  tfjs: tensorflow,
  jax,
};

/** Milliseconds a call of each, forth and back, and how far their outputs are apart at most. */
window.compare = async (name, rows, rounds) => {
  const { fields } = await (await fetch(`/models/${name}.json`)).json();
  const width = fields.length;
  let state = 1;
  const ids = Int32Array.from({ length: rows * width }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % fields[i % width].size;
  });
  const calls = {};
  for (const [key, make] of Object.entries(makers)) {
    loaded[`${key} ${name}`] ??= await make(name);
    calls[key] = loaded[`${key} ${name}`](ids, rows, width);
  }
  const expected = Float32Array.from(await calls.ours());
  const counts = {};
  const samples = {};
  let error = 0;
  for (const [key, call] of Object.entries(calls)) {
    const got = await call();
    if (got.length !== rows)
      throw new Error(`${key} gives ${got.length} for ${rows} rows`);
    for (let i = 0; i < rows; i++)
      error = Math.max(error, Math.abs(got[i] - expected[i]));
    // The engine compiles what is hot in its own time.
    for (const until = performance.now() + WARM_UP; performance.now() < until;)
      await call();
    counts[key] = Math.max(
      1,
      Math.ceil(20 / Math.max(await sample(call, 3), 1e-3)),
    );
    samples[key] = [];
  }
  for (let round = 0; round < rounds; round++) {
    const keys = Object.keys(calls);
    for (const key of round % 2 ? keys.reverse() : keys)
      samples[key].push(await sample(calls[key], counts[key]));
  }
  return { samples, error };
};

/** Milliseconds from nothing to the first score of one row. */
window.firstScore = async (name) => {
  const make = {
    "mi-dpg/score": ours,
    "onnxruntime-web": onnx,
    "TensorFlow.js": tensorflow,
    "jax-js": jax,
  }[name];
  const started = performance.now();
  const call = (await make("p"))(new Int32Array(6), 1, 6);
  await call();
  return performance.now() - started;
};

async function sample(call, count) {
  const started = performance.now();
  for (let i = 0; i < count; i++) await call();
  return (performance.now() - started) / count;
}
