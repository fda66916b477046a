//! s = scale·σ(R C), and s = scale·σ(u).

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use super::{FlexTensor, register, tensor, values};
use crate::kernels::{self, Gate};

/// R and C, \[batch, d_r·d_k\] and \[batch, d_k·d_c\] or, shared by the batch, \[d_r, d_k\] and \[d_k, d_c\] →
/// s \[batch, d_r, d_c\].
pub(in crate::model::dpg) fn gate(
    batch: usize,
    shape: Gate,
    left: Tensor<2>,
    right: Tensor<2>,
) -> Tensor<3> {
    let Gate { dr, dc, dk, scale } = shape;
    let (left, right) = (left.into_dispatch(), right.into_dispatch());
    Tensor::from_dispatch(<Dispatch as GateBackend>::gate(
        left, right, batch, dr, dc, dk, scale,
    ))
}

/// u → scale·σ(u), of the same shape.
pub(in crate::model::dpg) fn sigmoid<const D: usize>(u: Tensor<D>, scale: f32) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as GateBackend>::scaled_sigmoid(
        u.into_dispatch(),
        scale,
    ))
}

/// Burn's backends with DPG's gates.
#[backend_extension(Flex, Autodiff)]
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

impl GateBackend for Flex {
    fn gate(
        left: FloatTensor<Self>,
        right: FloatTensor<Self>,
        batch: usize,
        dr: usize,
        dc: usize,
        dk: usize,
        scale: f32,
    ) -> FloatTensor<Self> {
        let gate = Gate { dr, dc, dk, scale };
        let (left, right) = (left.to_contiguous(), right.to_contiguous());
        let s = gate.forward(batch, values(&left), values(&right));
        tensor(s, [batch, dr, dc])
    }

    fn scaled_sigmoid(u: FloatTensor<Self>, scale: f32) -> FloatTensor<Self> {
        let u = u.to_contiguous();
        let mut s = values(&u).to_vec();
        kernels::sigmoid(&mut s, scale);
        tensor(s, u.shape())
    }
}

impl<C: CheckpointStrategy> GateBackend for Autodiff<Flex, C> {
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
        let left = left.into_primitive().to_contiguous();
        let right = right.into_primitive().to_contiguous();
        let s = Flex::gate(left.clone(), right.clone(), batch, dr, dc, dk, scale);
        match Factors.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let gate = Gate { dr, dc, dk, scale };
                prep.finish((gate, left, right, s.clone()), s)
            }
            OpsKind::UnTracked(prep) => prep.finish(s),
        }
    }

    fn scaled_sigmoid(u: FloatTensor<Self>, scale: f32) -> FloatTensor<Self> {
        let nodes = [u.node()];
        let s = Flex::scaled_sigmoid(u.into_primitive(), scale);
        match Sigmoid.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((s.clone(), scale), s),
            OpsKind::UnTracked(prep) => prep.finish(s),
        }
    }
}

#[derive(Debug)]
struct Factors;

impl Backward<Flex, 2> for Factors {
    type State = (Gate, FlexTensor, FlexTensor, FlexTensor);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (gate, left, right, s) = ops.state;
        let gradient = grads.consume::<Flex>(&ops.node).to_contiguous();
        let factors = (values(&left), values(&right));
        let (d_left, d_right) = gate.backward(s.shape()[0], factors, values(&s), values(&gradient));
        let [left_node, right_node] = ops.parents.map(|node| node.map(|node| node.id));
        register(grads, left_node, d_left, left.shape());
        register(grads, right_node, d_right, right.shape());
    }
}

#[derive(Debug)]
struct Sigmoid;

impl Backward<Flex, 1> for Sigmoid {
    type State = (FlexTensor, f32);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (s, scale) = ops.state;
        let gradient = grads.consume::<Flex>(&ops.node).to_contiguous();
        let du = kernels::sigmoid_gradient(values(&s), values(&gradient), scale);
        let [node] = ops.parents.map(|node| node.map(|node| node.id));
        register(grads, node, du, s.shape());
    }
}
