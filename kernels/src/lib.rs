//! The arithmetic of a weighted layer and of its optimiser, vectorised; no Burn.
//!
//! One source for every instruction set: the code is generic over [`fearless_simd`]'s levels (AVX2 and AVX-512
//! chosen at run time, NEON, WebAssembly's simd128, scalar) and holds no `unsafe` of its own.
//!
//! It is a package of its own because optimisation is set per package: where everything else is built for size (the
//! wasm) or fast to compile (tests), this is built for speed. Use it as `mi_dpg::kernels`.

mod adam;
mod bias;
mod blocks;
mod dense;
mod dense_gradients;
mod embedding;
mod expand;
mod gate;
mod generated;
mod instruction_set;
mod mixture;
mod modulated;
mod pack;
pub mod panel;
mod sigmoid;
mod tile;

pub use adam::Adam;
pub use bias::{bias_gradient, relu_and_bias_gradient};
pub use blocks::Blocks;
pub use dense::{Activation, Dense, Rows};
pub use dense_gradients::{input_gradient, weight_gradient};
pub use embedding::embed;
pub use gate::{Gate, sigmoid_gradient};
pub use generated::{row_bias, row_bias_gradients, row_product, row_product_gradients};
pub use instruction_set::{InstructionSet, Unusable};
pub use mixture::Mixture;
pub use modulated::{Gradients, ModulatedLayer, PackedLayer};
pub use sigmoid::sigmoid;
