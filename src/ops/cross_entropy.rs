//! The mean cross entropy from logits, softplus(z) − y z.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Cube, Dispatch, backend_extension};
use burn::tensor::Tensor;

use super::Contiguous;

/// z and y, \[batch\] → \[1\]; no gradient reaches y.
pub(crate) fn cross_entropy(logits: Tensor<1>, labels: Tensor<1>) -> Tensor<1> {
    Tensor::from_dispatch(<Dispatch as CrossEntropyBackend>::cross_entropy(
        logits.into_dispatch(),
        labels.into_dispatch(),
    ))
}

/// Burn's backends with a cross entropy.
#[backend_extension(Cube, Autodiff)]
trait CrossEntropyBackend: Backend {
    fn cross_entropy(logits: FloatTensor<Self>, labels: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// What a backend brings for it. All tensors lie in one piece.
pub(super) trait CrossEntropyKernels: Contiguous {
    /// The mean, \[1\].
    fn forward(logits: &FloatTensor<Self>, labels: &FloatTensor<Self>) -> FloatTensor<Self>;
    /// The gradient of the logits from that of the mean.
    fn backward(
        logits: FloatTensor<Self>,
        labels: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

impl CrossEntropyBackend for Cube {
    fn cross_entropy(logits: FloatTensor<Self>, labels: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::forward(&Self::contiguous(logits), &Self::contiguous(labels))
    }
}

impl<B: CrossEntropyKernels, C: CheckpointStrategy> CrossEntropyBackend for Autodiff<B, C> {
    fn cross_entropy(logits: FloatTensor<Self>, labels: FloatTensor<Self>) -> FloatTensor<Self> {
        let nodes = [logits.node()];
        let logits = B::contiguous(logits.into_primitive());
        let labels = B::contiguous(labels.into_primitive());
        let mean = B::forward(&logits, &labels);
        match CrossEntropy.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((logits, labels), mean),
            OpsKind::UnTracked(prep) => prep.finish(mean),
        }
    }
}

#[derive(Debug)]
struct CrossEntropy;

impl<B: CrossEntropyKernels> Backward<B, 1> for CrossEntropy {
    type State = (FloatTensor<B>, FloatTensor<B>);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (logits, labels) = ops.state;
        let gradient = B::contiguous(grads.consume::<B>(&ops.node));
        let [node] = ops.parents;
        if let Some(node) = node {
            grads.register::<B>(node.id, B::backward(logits, labels, gradient));
        }
    }
}
