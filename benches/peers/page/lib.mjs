// How both pages get files.

export async function bytes(url) {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

export function script(src) {
  return new Promise((resolve, reject) => {
    if (document.querySelector(`script[src="${src}"]`)) return resolve();
    const element = Object.assign(document.createElement("script"), {
      src,
      onload: resolve,
      onerror: reject,
    });
    document.head.append(element);
  });
}

export function safetensors(file) {
  const view = new DataView(file.buffer, file.byteOffset);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(
    new TextDecoder().decode(file.subarray(8, 8 + length)),
  );
  delete header.__metadata__;
  return Object.fromEntries(
    Object.entries(header).map(
      ([
        name,
        {
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        const data = new Float32Array(
          file.slice(8 + length + from, 8 + length + to).buffer,
        );
        return [name, { data, shape }];
      },
    ),
  );
}
