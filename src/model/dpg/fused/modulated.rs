//! The modulated layer as one operation of Burn's CPU backend: our kernels forward and backward, and one node in the
//! graph of the gradients where Burn's own operations make a dozen.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use super::{FlexTensor, register, tensor, values};
use crate::kernels::ModulatedLayer;

/// h \[batch, d_n\], s \[batch, d_r, d_c\], W \[d_m, d_n\], b \[d_m\] → ReLU((S ⊙ W) h + b), \[batch, d_m\].
pub(in crate::model::dpg) fn modulated(
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
#[backend_extension(Flex, Autodiff)]
trait ModulatedBackend: Backend {
    fn modulated(
        hidden: FloatTensor<Self>,
        s: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

impl ModulatedBackend for Flex {
    fn modulated(
        hidden: FloatTensor<Self>,
        s: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        forward(&Inputs::new(hidden, s, weight), bias)
    }
}

impl<C: CheckpointStrategy> ModulatedBackend for Autodiff<Flex, C> {
    fn modulated(
        hidden: FloatTensor<Self>,
        s: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let nodes = [hidden.node(), s.node(), weight.node(), bias.node()];
        let inputs = Inputs::new(
            hidden.into_primitive(),
            s.into_primitive(),
            weight.into_primitive(),
        );
        let bias = bias.into_primitive();
        match Modulated.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let output = forward(&inputs, bias);
                prep.finish((inputs, output.clone()), output)
            }
            OpsKind::UnTracked(prep) => prep.finish(forward(&inputs, bias)),
        }
    }
}

/// What forward and backward read, each lying in one piece.
#[derive(Debug, Clone)]
struct Inputs {
    hidden: FlexTensor,
    s: FlexTensor,
    weight: FlexTensor,
}

impl Inputs {
    fn new(hidden: FlexTensor, s: FlexTensor, weight: FlexTensor) -> Self {
        Self {
            hidden: hidden.to_contiguous(),
            s: s.to_contiguous(),
            weight: weight.to_contiguous(),
        }
    }

    fn layer(&self) -> ModulatedLayer {
        let (s, weight) = (self.s.shape(), self.weight.shape());
        ModulatedLayer::new((weight[0], s[1]), (weight[1], s[2]))
    }
}

fn forward(inputs: &Inputs, bias: FlexTensor) -> FlexTensor {
    let bias = bias.to_contiguous();
    let output = inputs.layer().forward(
        values(&inputs.hidden),
        values(&inputs.s),
        (values(&inputs.weight), values(&bias)),
    );
    let shape = [inputs.hidden.shape()[0], inputs.weight.shape()[0]];
    tensor(output, shape)
}

#[derive(Debug)]
struct Modulated;

impl Backward<Flex, 4> for Modulated {
    type State = (Inputs, FlexTensor);

    fn backward(self, ops: Ops<Self::State, 4>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (inputs, output) = ops.state;
        let gradient = grads.consume::<Flex>(&ops.node).to_contiguous();
        let out = inputs.layer().backward(
            values(&inputs.hidden),
            values(&inputs.s),
            values(&inputs.weight),
            values(&output),
            values(&gradient),
        );
        let [hidden, s, weight, bias] = ops.parents.map(|node| node.map(|node| node.id));
        register(grads, hidden, out.hidden, inputs.hidden.shape());
        register(grads, s, out.s, inputs.s.shape());
        register(grads, bias, out.bias, [inputs.weight.shape()[0]]);
        register(grads, weight, out.weight, inputs.weight.shape());
    }
}
