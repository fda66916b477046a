//! The operations on Burn's CPU backend, by the kernels that the scorer runs on too.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::{Shape, TensorData};

use super::Contiguous;
use super::adam::AdamBackend;
use super::dense::DenseKernels;
use super::gate::GateKernels;
use super::modulated::{InputGradients, Inputs, ModulatedKernels};
use crate::kernels::{self, Adam, Gate, ModulatedLayer};

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

    fn backward(
        inputs: Inputs<Self>,
        output: FlexTensor,
        gradient: FlexTensor,
    ) -> InputGradients<Self> {
        let out = layer(&inputs).backward(
            values(&inputs.hidden),
            values(&inputs.s),
            values(&inputs.weight),
            values(&output),
            values(&gradient),
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

impl DenseKernels for Flex {
    fn add_bias(product: FlexTensor, bias: FlexTensor, relu: bool) -> FlexTensor {
        let mut product = product.to_contiguous();
        let bias = bias.to_contiguous();
        kernels::add_bias(product.storage_mut(), values(&bias), relu);
        product
    }

    fn bias_gradient(output: Option<FlexTensor>, gradient: FlexTensor) -> (FlexTensor, FlexTensor) {
        let mut gradient = gradient.to_contiguous();
        let width = gradient.shape()[1];
        let bias = match output {
            Some(output) => {
                kernels::relu_and_bias_gradient(values(&output), gradient.storage_mut(), width)
            }
            None => kernels::bias_gradient(values(&gradient), width),
        };
        (gradient, tensor(bias, [width]))
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
