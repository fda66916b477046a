//! The operations on WebGPU and Vulkan: kernels in CubeCL, each one dispatch.
//!
//! Tensors come in one piece and are read as flat slices, row-major. Sizes are arguments at run time, not part of a
//! kernel: so one pipeline serves every layer, and the first step has few of them to build.

// What the macro makes of a kernel is public, and named after it.
#![allow(unreachable_pub, missing_docs, reason = "made by the macro of CubeCL")]

mod adam;
mod cross_entropy;
mod dense;
mod gate;
mod generated;
mod grouped;
mod modulated;
mod pair_loss;
mod reduce;
mod scalar;
mod tables;
mod tile;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Cube, TensorMetadata};
use burn::tensor::Shape;
use burn_cubecl::cubecl;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use cubecl::prelude::{CubeCount, CubeDim};

use super::Contiguous;
use super::mixture::MixtureKernels;

type CubeTensor = FloatTensor<Cube>;

/// Units of a cube, the most that every WebGPU device has.
const UNITS: u32 = 256;

/// By products of matrices.
impl MixtureKernels for Cube {}

impl Contiguous for Cube {
    fn contiguous(tensor: CubeTensor) -> CubeTensor {
        into_contiguous(tensor)
    }
}

/// Memory for a tensor of `shape` on the device of `like`, of no value yet.
fn empty(like: &CubeTensor, shape: impl Into<Shape>) -> CubeTensor {
    empty_device_contiguous_dtype(
        like.client.clone(),
        like.device.clone(),
        shape.into(),
        like.dtype,
    )
}

/// Cubes of [`UNITS`] for one unit per element, in a grid where they are too many for a row.
fn elementwise(tensor: &CubeTensor) -> (CubeCount, CubeDim) {
    let units = CubeDim::new_1d(UNITS);
    let elements = tensor.shape().num_elements();
    let count = cubecl::calculate_cube_count_elemwise(&tensor.client, elements, units);
    (count, units)
}

/// The most cubes in a row of the grid that every WebGPU device takes.
const MOST_CUBES: usize = 65_535;

/// One cube for each of `count`, and some more where they need rows of the grid.
fn one_cube_each(count: usize) -> (CubeCount, CubeDim) {
    let across = count.clamp(1, MOST_CUBES);
    (
        CubeCount::Static(across as u32, count.div_ceil(across) as u32, 1),
        CubeDim::new_1d(UNITS),
    )
}
