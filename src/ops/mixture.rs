//! Mixtures of experts, Σ_j w_j E_j of every row. As a product of matrices it is one of a few lines for every row.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;

/// w \[batch, mixes, experts\], E \[batch, experts, width\] → \[batch, mixes, width\].
pub(crate) fn mixture(weights: Tensor<3>, experts: Tensor<3>) -> Tensor<3> {
    Tensor::from_dispatch(<Dispatch as MixtureBackend>::mixture(
        weights.into_dispatch(),
        experts.into_dispatch(),
    ))
}

/// Burn's backends with mixtures.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "webgpu"), Autodiff)]
trait MixtureBackend: Backend {
    fn mixture(weights: FloatTensor<Self>, experts: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// What a backend brings for them; by products of matrices unless it has better.
pub(super) trait MixtureKernels: Backend {
    fn mixture_forward(
        weights: &FloatTensor<Self>,
        experts: &FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        Self::float_matmul(weights.clone(), experts.clone())
    }

    /// The gradients of w and E from that of the mixes.
    fn mixture_backward(
        weights: FloatTensor<Self>,
        experts: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let d_weights = Self::float_matmul(gradient.clone(), Self::float_transpose(experts));
        let d_experts = Self::float_matmul(Self::float_transpose(weights), gradient);
        (d_weights, d_experts)
    }
}

without_gradients!(impl MixtureBackend {
    fn mixture(weights: FloatTensor<Self>, experts: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::mixture_forward(&weights, &experts)
    }
});

impl<B: MixtureKernels, C: CheckpointStrategy> MixtureBackend for Autodiff<B, C> {
    fn mixture(weights: FloatTensor<Self>, experts: FloatTensor<Self>) -> FloatTensor<Self> {
        let nodes = [weights.node(), experts.node()];
        let (weights, experts) = (weights.into_primitive(), experts.into_primitive());
        let output = B::mixture_forward(&weights, &experts);
        match Mixture.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((weights, experts), output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }
}

#[derive(Debug)]
struct Mixture;

impl<B: MixtureKernels> Backward<B, 2> for Mixture {
    type State = (FloatTensor<B>, FloatTensor<B>);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (weights, experts) = ops.state;
        let gradient = grads.consume::<B>(&ops.node);
        let (weights, experts) = B::mixture_backward(weights, experts, gradient);
        for (node, gradient) in ops.parents.into_iter().zip([weights, experts]) {
            if let Some(node) = node {
                grads.register::<B>(node.id, gradient);
            }
        }
    }
}
