// Which of the scorer's two wasm files: the same code, one of them with relaxed SIMD's fused multiplications.

/** A module with one function, of f32x4.relaxed_madd on three splats. */
const RELAXED = [
  ...[0, 97, 115, 109, 1, 0, 0, 0], // magic, version
  ...[1, 5, 1, 96, 0, 1, 123], // type: () → v128
  ...[3, 2, 1, 0], // function
  ...[10, 19, 1, 17, 0], // code
  ...[65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 11],
];

/** The file beside this package that this browser runs fastest. */
export function scorerWasm(): URL {
  return WebAssembly.validate(new Uint8Array(RELAXED))
    ? new URL("../score/mi_dpg_relaxed_bg.wasm", import.meta.url)
    : new URL("../score/mi_dpg_bg.wasm", import.meta.url);
}
