// jax-js: the network as one jitted function on its wasm device.
import { bytes, safetensors } from "/lib.mjs";

export async function jax(name) {
  const { init, defaultDevice, jit, nn, numpy } =
    await import("/modules/@jax-js/jax/dist/index.js");
  await init("wasm");
  defaultDevice("wasm");
  const file = safetensors(await bytes(`/models/${name}.safetensors`));
  const document = await (await fetch(`/models/${name}.json`)).json();
  const array = ({ data, shape }) => numpy.array(data).reshape(shape);
  // Every use takes a reference, and the arrays live as long as the page.
  const weights = Object.fromEntries(
    Object.entries(file).map(([key, tensor]) => [key, array(tensor)]),
  );
  const weight = (key) => weights[key].ref;
  // Turned once.
  for (const [key, { shape }] of Object.entries(file))
    if (key.endsWith(".weight") && shape.length === 2)
      weights[key] = numpy.array(turned(file[key])).reshape(shape.toReversed());
  const linear = (key, x) =>
    numpy.dot(x, weight(`${key}.weight`)).add(weight(`${key}.bias`));
  const modulated = (key, e, h, rows) => {
    const [dm, dn] = file[`${key}.weight`].shape;
    const dc = file[`${key}.weighting.column_shared`].shape[1];
    const dr = file[`${key}.weighting.row.bias`].shape[0];
    const r = linear(`${key}.weighting.row`, numpy.concatenate([e, h.ref], 1));
    const shared = weight(`${key}.weighting.column_shared`).reshape([dc, 1, 1]);
    const s = nn.sigmoid(shared.mul(r.reshape([1, rows, dr])));
    // What each column block of h gives.
    const parts = h.reshape([rows, dc, dn / dc]).transpose([1, 0, 2]);
    const blocks = weight(`${key}.weight`).reshape([dc, dn / dc, dm]);
    const products = numpy.matmul(parts, blocks);
    const scaled = products
      .reshape([dc, rows, dr, dm / dr])
      .mul(s.reshape([dc, rows, dr, 1]));
    return scaled
      .sum(0)
      .reshape([rows, dm])
      .add(weight(`${key}.bias`));
  };
  const network = (rows) =>
    jit((ids) => {
      const parts = document.fields.map(({ name }, field) =>
        numpy.take(weight(`embedding.${name}`), ids.ref.slice([], field), 0),
      );
      ids.dispose();
      const e = parts[0].ref;
      let h = numpy.concatenate(parts, 1);
      document.network.hidden.forEach((_, l) => {
        const key = `layers.${l}`;
        const z = file[`${key}.weighting.column_shared`]
          ? modulated(key, e.ref, h, rows)
          : linear(key, h);
        h = nn.relu(z);
      });
      e.dispose();
      return nn.sigmoid(linear("output", h).reshape([rows]));
    });
  const jitted = new Map();
  return (ids, rows, width) => {
    if (!jitted.has(rows)) jitted.set(rows, network(rows));
    const score = jitted.get(rows);
    return async () => {
      const input = numpy.array(ids, { dtype: numpy.int32 });
      return score(input.reshape([rows, width])).data();
    };
  };
}

function turned({ data, shape: [rows, columns] }) {
  return data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]);
}
