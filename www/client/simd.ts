// Which vectors an engine has. It refuses a module with others, in words that nobody understands.

/** A module with one function, of i8x16.popcnt on a splat. */
const SIMD = [
  ...[0, 97, 115, 109, 1, 0, 0, 0], // magic, version
  ...[1, 5, 1, 96, 0, 1, 123], // type: () → v128
  ...[3, 2, 1, 0], // function
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11], // code
];

/** A module with one function, of f32x4.relaxed_madd on three splats. */
export const RELAXED = [
  ...[0, 97, 115, 109, 1, 0, 0, 0], // magic, version
  ...[1, 5, 1, 96, 0, 1, 123], // type: () → v128
  ...[3, 2, 1, 0], // function
  ...[10, 19, 1, 17, 0], // code
  ...[65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 11],
];

/** Whether WebAssembly runs here and knows vectors. */
export function hasSimd(): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(new Uint8Array(SIMD));
}

/** Whether it has relaxed SIMD: modules come in two forms, one of them with its fused multiplications. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(new Uint8Array(RELAXED));
}
