//! s = scale·σ(R C), and s = scale·σ(u).

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;

use super::Contiguous;
use crate::kernels::Gate;

/// R and C, \[batch, d_r·d_k\] and \[batch, d_k·d_c\] or, shared by the batch, \[d_r, d_k\] and \[d_k, d_c\] →
/// s \[batch, d_r, d_c\]. In a batch of one, factors of either form mean the same.
pub(crate) fn gate(batch: usize, shape: Gate, left: Tensor<2>, right: Tensor<2>) -> Tensor<3> {
    let Gate { dr, dc, dk, scale } = shape;
    let (left, right) = (left.into_dispatch(), right.into_dispatch());
    Tensor::from_dispatch(<Dispatch as GateBackend>::gate(
        left, right, batch, dr, dc, dk, scale,
    ))
}

/// u → scale·σ(u), of the same shape.
pub(crate) fn sigmoid<const D: usize>(u: Tensor<D>, scale: f32) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as GateBackend>::scaled_sigmoid(
        u.into_dispatch(),
        scale,
    ))
}

/// Burn's backends with DPG's gates.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "webgpu"), Autodiff)]
trait GateBackend: Backend {
    fn gate(
        left: FloatTensor<Self>,
        right: FloatTensor<Self>,
        batch: usize,
        dr: usize,
        dc: usize,
        dk: usize,
        scale: f32,
    ) -> FloatTensor<Self>;

    fn scaled_sigmoid(u: FloatTensor<Self>, scale: f32) -> FloatTensor<Self>;
}

/// What a backend brings for them. All tensors lie in one piece.
pub(super) trait GateKernels: Contiguous {
    /// s of a batch from its factors.
    fn gate_forward(
        batch: usize,
        gate: Gate,
        left: &FloatTensor<Self>,
        right: &FloatTensor<Self>,
    ) -> FloatTensor<Self>;
    /// The gradients of the factors from s and its gradient.
    fn gate_backward(
        gate: Gate,
        factors: (FloatTensor<Self>, FloatTensor<Self>),
        s: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
    /// scale·σ(u).
    fn scaled_sigmoid_forward(u: FloatTensor<Self>, scale: f32) -> FloatTensor<Self>;
    /// The gradient of u from s and its gradient.
    fn scaled_sigmoid_backward(
        s: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        scale: f32,
    ) -> FloatTensor<Self>;
}

without_gradients!(impl GateBackend {
    fn gate(
        left: FloatTensor<Self>,
        right: FloatTensor<Self>,
        batch: usize,
        dr: usize,
        dc: usize,
        dk: usize,
        scale: f32,
    ) -> FloatTensor<Self> {
        let (left, right) = (Self::contiguous(left), Self::contiguous(right));
        Self::gate_forward(batch, Gate { dr, dc, dk, scale }, &left, &right)
    }

    fn scaled_sigmoid(u: FloatTensor<Self>, scale: f32) -> FloatTensor<Self> {
        Self::scaled_sigmoid_forward(Self::contiguous(u), scale)
    }
});

impl<B: GateKernels, C: CheckpointStrategy> GateBackend for Autodiff<B, C> {
    fn gate(
        left: FloatTensor<Self>,
        right: FloatTensor<Self>,
        batch: usize,
        dr: usize,
        dc: usize,
        dk: usize,
        scale: f32,
    ) -> FloatTensor<Self> {
        let nodes = [left.node(), right.node()];
        let left = B::contiguous(left.into_primitive());
        let right = B::contiguous(right.into_primitive());
        let gate = Gate { dr, dc, dk, scale };
        let s = B::gate_forward(batch, gate, &left, &right);
        match Factors.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((gate, left, right, s.clone()), s),
            OpsKind::UnTracked(prep) => prep.finish(s),
        }
    }

    fn scaled_sigmoid(u: FloatTensor<Self>, scale: f32) -> FloatTensor<Self> {
        let nodes = [u.node()];
        let s = B::scaled_sigmoid_forward(B::contiguous(u.into_primitive()), scale);
        match Sigmoid.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((s.clone(), scale), s),
            OpsKind::UnTracked(prep) => prep.finish(s),
        }
    }
}

#[derive(Debug)]
struct Factors;

impl<B: GateKernels> Backward<B, 2> for Factors {
    type State = (Gate, FloatTensor<B>, FloatTensor<B>, FloatTensor<B>);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (gate, left, right, s) = ops.state;
        let gradient = B::contiguous(grads.consume::<B>(&ops.node));
        let (left, right) = B::gate_backward(gate, (left, right), s, gradient);
        for (node, gradient) in ops.parents.into_iter().zip([left, right]) {
            if let Some(node) = node {
                grads.register::<B>(node.id, gradient);
            }
        }
    }
}

#[derive(Debug)]
struct Sigmoid;

impl<B: GateKernels> Backward<B, 1> for Sigmoid {
    type State = (FloatTensor<B>, f32);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (s, scale) = ops.state;
        let gradient = B::contiguous(grads.consume::<B>(&ops.node));
        let [node] = ops.parents;
        if let Some(node) = node {
            grads.register::<B>(node.id, B::scaled_sigmoid_backward(s, gradient, scale));
        }
    }
}
