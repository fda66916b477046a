//! The operations on Burn's CPU backend, by the kernels that the scorer runs on too.

use std::ops::Range;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::{Shape, TensorData};

use super::Contiguous;
use super::adam::AdamBackend;
use super::dense::DenseKernels;
use super::gate::GateKernels;
use super::generated::GeneratedKernels;
use super::grouped::{self, GroupedKernels};
use super::mixture::MixtureKernels;
use super::modulated::{InputGradients, Inputs, ModulatedKernels};
use crate::kernels::{self, Activation, Adam, Dense, Gate, Mixture, ModulatedLayer, Rows};

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

/// A dense layer's (d_m, d_n), by its weights, the last two dimensions.
fn sizes(weight: &FlexTensor) -> (usize, usize) {
    let shape = weight.shape();
    let last = shape.num_dims() - 1;
    (shape[last - 1], shape[last])
}

/// y of some rows.
fn dense((dm, dn): (usize, usize), x: &[f32], w: &[f32], b: &[f32], relu: bool, y: &mut [f32]) {
    let activation = if relu {
        Activation::Relu
    } else {
        Activation::Linear
    };
    Dense::new((dm, dn), w, b).forward(Rows::new(x, dn), activation, y);
}

impl DenseKernels for Flex {
    fn dense_forward(
        input: &FlexTensor,
        weight: &FlexTensor,
        bias: FlexTensor,
        relu: bool,
    ) -> FlexTensor {
        let [input, weight, bias] = [input, weight, &bias].map(FlexTensor::to_contiguous);
        let (size, rows) = (sizes(&weight), input.shape()[0]);
        let mut output = vec![0.0; rows * size.0];
        let (x, w, b) = (values(&input), values(&weight), values(&bias));
        dense(size, x, w, b, relu, &mut output);
        tensor(output, [rows, size.0])
    }

    fn bias_gradient(output: Option<FlexTensor>, gradient: FlexTensor) -> (FlexTensor, FlexTensor) {
        let mut gradient = Self::contiguous(gradient);
        let width = gradient.shape()[1];
        let bias = match output {
            Some(output) => {
                kernels::relu_and_bias_gradient(values(&output), gradient.storage_mut(), width)
            }
            None => kernels::bias_gradient(values(&gradient), width),
        };
        (gradient, tensor(bias, [width]))
    }

    fn input_gradient(gradient: FlexTensor, weight: FlexTensor) -> FlexTensor {
        let weight = Self::contiguous(weight);
        let (size, rows) = (sizes(&weight), gradient.shape()[0]);
        let mut out = vec![0.0; rows * size.1];
        kernels::input_gradient(size, values(&gradient), values(&weight), &mut out);
        tensor(out, [rows, size.1])
    }

    fn weight_gradient(gradient: FlexTensor, input: FlexTensor) -> FlexTensor {
        let input = Self::contiguous(input);
        let size = (gradient.shape()[1], input.shape()[1]);
        let mut out = vec![0.0; size.0 * size.1];
        kernels::weight_gradient(size, values(&gradient), values(&input), &mut out);
        tensor(out, [size.0, size.1])
    }
}

/// The rows of a group, of `width` numbers each, as places in the batch.
fn places(rows: &Range<usize>, width: usize) -> Range<usize> {
    rows.start * width..rows.end * width
}

/// Group by group.
impl GroupedKernels for Flex {
    type Rows = Vec<Range<usize>>;

    fn rows_of_groups(rows: Vec<Range<usize>>, _: &FlexTensor) -> Self::Rows {
        rows
    }

    fn grouped_forward(inputs: &grouped::Inputs<Self>, bias: FlexTensor, relu: bool) -> FlexTensor {
        let [input, weight, bias] =
            [&inputs.input, &inputs.weight, &bias].map(FlexTensor::to_contiguous);
        let (dm, dn) = sizes(&weight);
        let rows = input.shape()[0];
        let mut output = vec![0.0; rows * dm];
        let layers = values(&weight)
            .chunks_exact(dm * dn)
            .zip(values(&bias).chunks_exact(dm));
        for (rows, (w, b)) in inputs.rows.iter().zip(layers) {
            let (x, y) = (
                &values(&input)[places(rows, dn)],
                &mut output[places(rows, dm)],
            );
            dense((dm, dn), x, w, b, relu, y);
        }
        tensor(output, [rows, dm])
    }

    fn grouped_backward(
        inputs: grouped::Inputs<Self>,
        output: Option<FlexTensor>,
        gradient: FlexTensor,
    ) -> grouped::InputGradients<Self> {
        let [input, weight] = [inputs.input, inputs.weight].map(Self::contiguous);
        let mut gradient = Self::contiguous(gradient);
        let (dm, dn) = sizes(&weight);
        let mut d_input = vec![0.0; values(&input).len()];
        let mut d_weight = vec![0.0; values(&weight).len()];
        let mut d_bias = Vec::with_capacity(inputs.rows.len() * dm);
        let layers = values(&weight)
            .chunks_exact(dm * dn)
            .zip(d_weight.chunks_exact_mut(dm * dn));
        let g: &mut [f32] = gradient.storage_mut();
        for (rows, (w, dw)) in inputs.rows.iter().zip(layers) {
            let g = &mut g[places(rows, dm)];
            d_bias.extend(match &output {
                Some(y) => kernels::relu_and_bias_gradient(&values(y)[places(rows, dm)], g, dm),
                None => kernels::bias_gradient(g, dm),
            });
            let x = places(rows, dn);
            kernels::input_gradient((dm, dn), g, w, &mut d_input[x.clone()]);
            kernels::weight_gradient((dm, dn), g, &values(&input)[x], dw);
        }
        grouped::InputGradients {
            input: tensor(d_input, input.shape()),
            weight: tensor(d_weight, weight.shape()),
            bias: tensor(d_bias, [inputs.rows.len(), dm]),
        }
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
