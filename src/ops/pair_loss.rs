//! The loss of a mutual-information discriminator on a layer: with f(e) = e·key + b,
//! L = mean softplus(−f(e)) + mean softplus(f(e')), e' the rows of the negative pairs.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Cube, Dispatch, backend_extension};
use burn::tensor::Tensor;

use super::Contiguous;

/// e, e' and key, \[batch, d\], b \[1\] → L, \[1\].
pub(crate) fn pair_loss(
    e: Tensor<2>,
    other: Tensor<2>,
    key: Tensor<2>,
    bias: Tensor<1>,
) -> Tensor<1> {
    Tensor::from_dispatch(<Dispatch as PairLossBackend>::pair_loss(
        e.into_dispatch(),
        other.into_dispatch(),
        key.into_dispatch(),
        bias.into_dispatch(),
    ))
}

/// Burn's backends with this loss.
#[backend_extension(Cube, Autodiff)]
trait PairLossBackend: Backend {
    fn pair_loss(
        e: FloatTensor<Self>,
        other: FloatTensor<Self>,
        key: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

/// What a backend brings for it.
pub(super) trait PairLossKernels: Contiguous {
    /// L and, for the backward pass, f(e) and f(e') of every row and dL/db, \[2·batch + 1\].
    fn forward(
        pairs: &Pairs<Self>,
        bias: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
    /// The gradients from what forward left and the gradient of L.
    fn backward(
        pairs: Pairs<Self>,
        state: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> (Pairs<Self>, FloatTensor<Self>);
}

/// e, e' and key, each lying in one piece; or their gradients.
#[derive(Debug, Clone)]
pub(super) struct Pairs<B: Backend> {
    pub(super) e: FloatTensor<B>,
    pub(super) other: FloatTensor<B>,
    pub(super) key: FloatTensor<B>,
}

fn pairs<B: PairLossKernels>(
    e: FloatTensor<B>,
    other: FloatTensor<B>,
    key: FloatTensor<B>,
) -> Pairs<B> {
    Pairs {
        e: B::contiguous(e),
        other: B::contiguous(other),
        key: B::contiguous(key),
    }
}

impl PairLossBackend for Cube {
    fn pair_loss(
        e: FloatTensor<Self>,
        other: FloatTensor<Self>,
        key: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        Self::forward(&pairs::<Self>(e, other, key), bias).0
    }
}

impl<B: PairLossKernels, C: CheckpointStrategy> PairLossBackend for Autodiff<B, C> {
    fn pair_loss(
        e: FloatTensor<Self>,
        other: FloatTensor<Self>,
        key: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let nodes = [e.node(), other.node(), key.node(), bias.node()];
        let pairs = pairs::<B>(
            e.into_primitive(),
            other.into_primitive(),
            key.into_primitive(),
        );
        let (loss, state) = B::forward(&pairs, bias.into_primitive());
        match PairLoss.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((pairs, state), loss),
            OpsKind::UnTracked(prep) => prep.finish(loss),
        }
    }
}

#[derive(Debug)]
struct PairLoss;

impl<B: PairLossKernels> Backward<B, 4> for PairLoss {
    type State = (Pairs<B>, FloatTensor<B>);

    fn backward(self, ops: Ops<Self::State, 4>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (pairs, state) = ops.state;
        let gradient = B::contiguous(grads.consume::<B>(&ops.node));
        let (pairs, bias) = B::backward(pairs, state, gradient);
        let given = [pairs.e, pairs.other, pairs.key, bias];
        for (node, gradient) in ops.parents.into_iter().zip(given) {
            if let Some(node) = node {
                grads.register::<B>(node.id, gradient);
            }
        }
    }
}
