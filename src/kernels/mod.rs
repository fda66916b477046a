//! The arithmetic of a weighted layer, vectorised; no Burn.
//!
//! One source for every instruction set: the code is generic over [`fearless_simd`]'s levels (AVX2 and AVX-512
//! chosen at run time, NEON, WebAssembly's simd128, scalar) and holds no `unsafe` of its own.

mod blocks;
mod dense;
mod expand;
mod gate;
mod modulated;
mod pack;
mod sigmoid;
#[cfg(test)]
mod tests;
mod tile;

pub use blocks::Blocks;
pub use dense::{Activation, Dense, Rows};
pub use gate::{Gate, sigmoid_gradient};
pub use modulated::{Gradients, ModulatedLayer, Output, PackedLayer};
pub use sigmoid::sigmoid;
