//! Operations of our own on Burn's backends: one node each in the graph of the gradients, where Burn's operations make a
//! dozen, with a pass over memory or a dispatch to the GPU for every one of them.
//!
//! They are extensions of Burn's backends, so the gradients stay Burn's. Each file here has one operation: what a backend
//! must bring for it and its node in the graph. `flex` brings it on the CPU from [`crate::kernels`], `cube` on WebGPU and
//! Vulkan from kernels in CubeCL. Where neither runs, the model composes the same from Burn's operations.

// A build for a backend that has none of them names them still.
#![cfg_attr(
    not(any(feature = "flex", feature = "webgpu")),
    allow(unused_variables, dead_code)
)]

/// Implements an extension for the backends that it has, without gradients: the same words for each.
macro_rules! without_gradients {
    (impl $extension:ident { $($body:tt)* }) => {
        #[cfg(feature = "flex")]
        impl $extension for burn::backend::Flex {
            $($body)*
        }
        #[cfg(feature = "webgpu")]
        impl $extension for burn::backend::Cube {
            $($body)*
        }
    };
}

mod adam;
#[cfg(feature = "webgpu")]
mod cross_entropy;
#[cfg(feature = "webgpu")]
mod cube;
mod dense;
#[cfg(feature = "flex")]
mod flex;
mod gate;
mod generated;
mod grouped;
mod mixture;
mod modulated;
#[cfg(feature = "webgpu")]
mod pair_loss;
#[cfg(feature = "webgpu")]
pub(crate) mod tables;

pub(crate) use adam::{AdamState, adam};
#[cfg(feature = "webgpu")]
pub(crate) use cross_entropy::cross_entropy;
pub(crate) use dense::dense;
pub(crate) use gate::{gate, sigmoid};
pub(crate) use generated::{row_bias, row_product};
pub(crate) use grouped::grouped;
pub(crate) use mixture::mixture;
pub(crate) use modulated::modulated;
#[cfg(feature = "webgpu")]
pub(crate) use pair_loss::pair_loss;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, DispatchDevice};
#[cfg(feature = "webgpu")]
use burn::tensor::Device;
use burn::tensor::Tensor;

/// Whether `tensor` lives where all of these operations run but those that only a GPU has.
pub(crate) fn run_on<const D: usize>(tensor: &Tensor<D>) -> bool {
    match tensor.device().inner().as_dispatch() {
        #[cfg(feature = "flex")]
        DispatchDevice::Flex(_) => true,
        device => is_cube(device),
    }
}

/// Whether `tensor` lives where these operations run by [`crate::kernels`].
pub(crate) fn run_on_cpu<const D: usize>(tensor: &Tensor<D>) -> bool {
    run_on(tensor) && !is_cube(tensor.device().inner().as_dispatch())
}

/// Whether `device` is a GPU, where all of these operations run.
#[cfg(feature = "webgpu")]
pub(crate) fn run_all_on(device: &Device) -> bool {
    is_cube(device.clone().inner().as_dispatch())
}

#[cfg(feature = "webgpu")]
fn is_cube(device: &DispatchDevice) -> bool {
    matches!(device, DispatchDevice::Cube(_))
}

#[cfg(not(feature = "webgpu"))]
fn is_cube(_: &DispatchDevice) -> bool {
    false
}

/// A backend whose kernels read tensors that lie in one piece.
trait Contiguous: Backend {
    /// The tensor in one piece.
    fn contiguous(tensor: FloatTensor<Self>) -> FloatTensor<Self>;
}
