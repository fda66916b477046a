//! The modulated layer, y = ReLU((S ⊙ W) h + b).

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;

use super::Contiguous;

/// h \[batch, d_n\], s \[batch, d_r, d_c\], W \[d_m, d_n\], b \[d_m\] → ReLU((S ⊙ W) h + b), \[batch, d_m\].
pub(crate) fn modulated(
    hidden: Tensor<2>,
    s: Tensor<3>,
    weight: Tensor<2>,
    bias: Tensor<1>,
) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as ModulatedBackend>::modulated(
        hidden.into_dispatch(),
        s.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
    ))
}

/// Burn's backends with a modulated layer.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "webgpu"), Autodiff)]
trait ModulatedBackend: Backend {
    fn modulated(
        hidden: FloatTensor<Self>,
        s: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

/// What a backend brings for it.
pub(super) trait ModulatedKernels: Contiguous {
    /// y of `inputs` and the bias.
    fn forward(inputs: &Inputs<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self>;
    /// The same, and what `backward` takes of the way there, where it is of use.
    fn forward_keeping(
        inputs: &Inputs<Self>,
        bias: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, Option<FloatTensor<Self>>) {
        (Self::forward(inputs, bias), None)
    }
    /// The gradients from y, its gradient and what was kept.
    fn backward(
        inputs: Inputs<Self>,
        output: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        kept: Option<FloatTensor<Self>>,
    ) -> InputGradients<Self>;
}

/// What forward and backward read, each lying in one piece.
#[derive(Debug, Clone)]
pub(super) struct Inputs<B: Backend> {
    pub(super) hidden: FloatTensor<B>,
    pub(super) s: FloatTensor<B>,
    pub(super) weight: FloatTensor<B>,
}

/// The gradients of the inputs and of the bias, in their shapes.
pub(super) struct InputGradients<B: Backend> {
    pub(super) hidden: FloatTensor<B>,
    pub(super) s: FloatTensor<B>,
    pub(super) weight: FloatTensor<B>,
    pub(super) bias: FloatTensor<B>,
}

fn inputs<B: ModulatedKernels>(
    hidden: FloatTensor<B>,
    s: FloatTensor<B>,
    weight: FloatTensor<B>,
) -> Inputs<B> {
    Inputs {
        hidden: B::contiguous(hidden),
        s: B::contiguous(s),
        weight: B::contiguous(weight),
    }
}

without_gradients!(impl ModulatedBackend {
    fn modulated(
        hidden: FloatTensor<Self>,
        s: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        Self::forward(&inputs::<Self>(hidden, s, weight), Self::contiguous(bias))
    }
});

impl<B: ModulatedKernels, C: CheckpointStrategy> ModulatedBackend for Autodiff<B, C> {
    fn modulated(
        hidden: FloatTensor<Self>,
        s: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let nodes = [hidden.node(), s.node(), weight.node(), bias.node()];
        let inputs = inputs::<B>(
            hidden.into_primitive(),
            s.into_primitive(),
            weight.into_primitive(),
        );
        let bias = B::contiguous(bias.into_primitive());
        match Modulated.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let (output, kept) = B::forward_keeping(&inputs, bias);
                prep.finish((inputs, output.clone(), kept), output)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::forward(&inputs, bias)),
        }
    }
}

#[derive(Debug)]
struct Modulated;

impl<B: ModulatedKernels> Backward<B, 4> for Modulated {
    type State = (Inputs<B>, FloatTensor<B>, Option<FloatTensor<B>>);

    fn backward(self, ops: Ops<Self::State, 4>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (inputs, output, kept) = ops.state;
        let gradient = B::contiguous(grads.consume::<B>(&ops.node));
        let out = B::backward(inputs, output, gradient, kept);
        let given = [out.hidden, out.s, out.weight, out.bias];
        for (node, gradient) in ops.parents.into_iter().zip(given) {
            if let Some(node) = node {
                grads.register::<B>(node.id, gradient);
            }
        }
    }
}
