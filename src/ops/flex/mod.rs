//! The operations on Burn's CPU backend, by the kernels that the scorer runs on too.

mod dense;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::{Shape, TensorData};

use super::Contiguous;
use super::adam::AdamBackend;
use super::gate::GateKernels;
use super::generated::GeneratedKernels;
use super::mixture::MixtureKernels;
use super::modulated::{InputGradients, Inputs, ModulatedKernels};
use crate::kernels::{self, Adam, Gate, Mixture, ModulatedLayer};

type FlexTensor = FloatTensor<Flex>;

/// The numbers of a tensor that lies in one piece.
fn values(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice().unwrap_or_default()
}

fn tensor(values: Vec<f32>, shape: impl Into<Shape>) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

fn layer(inputs: &Inputs<Flex>) -> ModulatedLayer {
    let (s, weight) = (inputs.s.shape(), inputs.weight.shape());
    ModulatedLayer::new((weight[0], s[1]), (weight[1], s[2]))
}

impl Contiguous for Flex {
    fn contiguous(tensor: FlexTensor) -> FlexTensor {
        tensor.to_contiguous()
    }
}

impl ModulatedKernels for Flex {
    fn forward(inputs: &Inputs<Self>, bias: FlexTensor) -> FlexTensor {
        let output = layer(inputs).forward(
            values(&inputs.hidden),
            values(&inputs.s),
            (values(&inputs.weight), values(&bias)),
        );
        let shape = [inputs.hidden.shape()[0], inputs.weight.shape()[0]];
        tensor(output, shape)
    }

    fn forward_keeping(
        inputs: &Inputs<Self>,
        bias: FlexTensor,
    ) -> (FlexTensor, Option<FlexTensor>) {
        let (output, kept) = layer(inputs).forward_keeping(
            values(&inputs.hidden),
            values(&inputs.s),
            (values(&inputs.weight), values(&bias)),
        );
        let shape = [inputs.hidden.shape()[0], inputs.weight.shape()[0]];
        let kept = kept.map(|sums| {
            let shape = [sums.len()];
            tensor(sums, shape)
        });
        (tensor(output, shape), kept)
    }

    fn backward(
        inputs: Inputs<Self>,
        output: FlexTensor,
        gradient: FlexTensor,
        kept: Option<FlexTensor>,
    ) -> InputGradients<Self> {
        let out = layer(&inputs).backward(
            (values(&inputs.hidden), values(&inputs.s)),
            values(&inputs.weight),
            (values(&output), values(&gradient)),
            kept.as_ref().map(values),
        );
        InputGradients {
            hidden: tensor(out.hidden, inputs.hidden.shape()),
            s: tensor(out.s, inputs.s.shape()),
            bias: tensor(out.bias, [inputs.weight.shape()[0]]),
            weight: tensor(out.weight, inputs.weight.shape()),
        }
    }
}

impl GateKernels for Flex {
    fn gate_forward(batch: usize, gate: Gate, left: &FlexTensor, right: &FlexTensor) -> FlexTensor {
        let s = gate.forward(batch, values(left), values(right));
        tensor(s, [batch, gate.dr, gate.dc])
    }

    fn gate_backward(
        gate: Gate,
        (left, right): (FlexTensor, FlexTensor),
        s: FlexTensor,
        gradient: FlexTensor,
    ) -> (FlexTensor, FlexTensor) {
        let factors = (values(&left), values(&right));
        let (d_left, d_right) = gate.backward(s.shape()[0], factors, values(&s), values(&gradient));
        (tensor(d_left, left.shape()), tensor(d_right, right.shape()))
    }

    fn scaled_sigmoid_forward(u: FlexTensor, scale: f32) -> FlexTensor {
        let mut s = values(&u).to_vec();
        kernels::sigmoid(&mut s, scale);
        tensor(s, u.shape())
    }

    fn scaled_sigmoid_backward(s: FlexTensor, gradient: FlexTensor, scale: f32) -> FlexTensor {
        let du = kernels::sigmoid_gradient(values(&s), values(&gradient), scale);
        tensor(du, s.shape())
    }
}

impl GeneratedKernels for Flex {
    fn product(t: &FlexTensor, generated: &FlexTensor) -> FlexTensor {
        let mut output = vec![0.0; values(t).len()];
        kernels::row_product(
            values(t),
            values(generated),
            generated.shape()[1],
            &mut output,
        );
        tensor(output, t.shape())
    }

    fn product_gradients(
        t: FlexTensor,
        generated: FlexTensor,
        gradient: FlexTensor,
    ) -> (FlexTensor, FlexTensor) {
        let size = generated.shape()[1];
        let (d_t, d_generated) =
            kernels::row_product_gradients(values(&t), values(&generated), values(&gradient), size);
        (
            tensor(d_t, t.shape()),
            tensor(d_generated, generated.shape()),
        )
    }

    fn bias(mut x: FlexTensor, generated: FlexTensor) -> FlexTensor {
        kernels::row_bias(x.storage_mut(), values(&generated), generated.shape()[1]);
        x
    }

    fn bias_gradients(
        output: FlexTensor,
        mut gradient: FlexTensor,
        shape: Shape,
    ) -> (FlexTensor, FlexTensor) {
        let (rows, size) = (shape[0], shape[1]);
        let d_generated =
            kernels::row_bias_gradients(values(&output), gradient.storage_mut(), rows, size);
        (gradient, tensor(d_generated, shape))
    }
}

fn mixture(weights: &FlexTensor, experts: &FlexTensor) -> Mixture {
    let (weights, experts) = (weights.shape(), experts.shape());
    Mixture {
        mixes: weights[1],
        experts: experts[1],
        width: experts[2],
    }
}

impl MixtureKernels for Flex {
    fn mixture_forward(weights: &FlexTensor, experts: &FlexTensor) -> FlexTensor {
        let shape = mixture(weights, experts);
        let [weights, experts] = [weights, experts].map(FlexTensor::to_contiguous);
        let output = shape.forward(values(&weights), values(&experts));
        tensor(output, [weights.shape()[0], shape.mixes, shape.width])
    }

    fn mixture_backward(
        weights: FlexTensor,
        experts: FlexTensor,
        gradient: FlexTensor,
    ) -> (FlexTensor, FlexTensor) {
        let shape = mixture(&weights, &experts);
        let [weights, experts, gradient] = [weights, experts, gradient].map(Self::contiguous);
        let (d_weights, d_experts) =
            shape.backward(values(&weights), values(&experts), values(&gradient));
        (
            tensor(d_weights, weights.shape()),
            tensor(d_experts, experts.shape()),
        )
    }
}

impl AdamBackend for Flex {
    fn adam(
        value: FlexTensor,
        first: FlexTensor,
        second: FlexTensor,
        gradient: FlexTensor,
        rule: Adam,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let [mut value, mut first, mut second] =
            [value, first, second].map(|tensor| tensor.to_contiguous());
        rule.step(
            value.storage_mut(),
            first.storage_mut(),
            second.storage_mut(),
            values(&gradient.to_contiguous()),
        );
        (value, first, second)
    }
}
