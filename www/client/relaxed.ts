// Whether this browser has relaxed SIMD: the modules come in two forms, one of them with its fused multiplications.

/** A module with one function, of f32x4.relaxed_madd on three splats. */
export const PROBE = [
  ...[0, 97, 115, 109, 1, 0, 0, 0], // magic, version
  ...[1, 5, 1, 96, 0, 1, 123], // type: () → v128
  ...[3, 2, 1, 0], // function
  ...[10, 19, 1, 17, 0], // code
  ...[65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 11],
];

/** Does not compile anything. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(new Uint8Array(PROBE));
}
