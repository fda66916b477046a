//! DPG's operations on Burn's CPU backend by our own kernels: one node each in the graph of the gradients, where Burn's
//! operations make a dozen with a pass over memory for every one of them.
//!
//! They are extensions of Burn's backend, so the gradients stay Burn's; other backends compose the same from what they
//! have (see [`Weighting`](super::Weighting) and [`ModulatedLinear`](super::ModulatedLinear)).

mod gate;
mod modulated;

pub(super) use gate::{gate, sigmoid};
pub(super) use modulated::modulated;

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::tensor::FloatTensor;
use burn::backend::{DispatchDevice, Flex};
use burn::tensor::{Shape, Tensor, TensorData};

type FlexTensor = FloatTensor<Flex>;

/// Whether `tensor` lives where these operations run.
pub(super) fn applies<const D: usize>(tensor: &Tensor<D>) -> bool {
    let device = tensor.device().inner();
    matches!(device.as_dispatch(), DispatchDevice::Flex(_))
}

/// The numbers of a tensor that lies in one piece.
fn values(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice().unwrap_or_default()
}

fn tensor(values: Vec<f32>, shape: impl Into<Shape>) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

/// Hands a gradient to the node that wants it, if one does.
fn register(
    grads: &mut Gradients,
    node: Option<NodeId>,
    values: Vec<f32>,
    shape: impl Into<Shape>,
) {
    if let Some(node) = node {
        grads.register::<Flex>(node, tensor(values, shape));
    }
}
