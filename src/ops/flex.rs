//! The operations on Burn's CPU backend, by the kernels that the scorer runs on too.

use std::ops::Range;

use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::{Shape, Slice, TensorData};

use super::Contiguous;
use super::adam::AdamBackend;
use super::dense::DenseKernels;
use super::gate::GateKernels;
use super::generated::GeneratedKernels;
use super::grouped::{self, GroupedKernels};
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

/// Some rows of \[batch, ·\].
fn of_rows(tensor: &FlexTensor, rows: &Range<usize>) -> FlexTensor {
    Flex::float_slice(tensor.clone(), &[Slice::from(rows.clone())])
}

/// The k-th of \[groups, …\].
fn of_group(tensor: &FlexTensor, k: usize) -> FlexTensor {
    let shape = Shape::from(tensor.shape()[1..].to_vec());
    let part = Flex::float_slice(tensor.clone(), &[Slice::from(k..k + 1)]);
    Flex::float_reshape(part, shape)
}

/// \[…\] of every group → \[groups, …\].
fn stack(groups: Vec<FlexTensor>) -> FlexTensor {
    let alone = |tensor: FlexTensor| {
        let mut shape = vec![1];
        shape.extend(tensor.shape().iter());
        Flex::float_reshape(tensor, Shape::from(shape))
    };
    Flex::float_cat(groups.into_iter().map(alone).collect(), 0)
}

/// Group by group.
impl GroupedKernels for Flex {
    type Rows = Vec<Range<usize>>;

    fn rows_of_groups(rows: Vec<Range<usize>>, _: &FlexTensor) -> Self::Rows {
        rows
    }

    fn grouped_forward(inputs: &grouped::Inputs<Self>, bias: FlexTensor, relu: bool) -> FlexTensor {
        let outputs = inputs.rows.iter().enumerate().map(|(k, rows)| {
            let weight = Self::float_transpose(of_group(&inputs.weight, k));
            let product = Self::float_matmul(of_rows(&inputs.input, rows), weight);
            Self::add_bias(product, of_group(&bias, k), relu)
        });
        Self::float_cat(outputs.collect(), 0)
    }

    fn grouped_backward(
        inputs: grouped::Inputs<Self>,
        output: Option<FlexTensor>,
        gradient: FlexTensor,
    ) -> grouped::InputGradients<Self> {
        let (mut d_input, mut d_weight, mut d_bias) = (Vec::new(), Vec::new(), Vec::new());
        for (k, rows) in inputs.rows.iter().enumerate() {
            let output = output.as_ref().map(|output| of_rows(output, rows));
            let (gradient, bias) = Self::bias_gradient(output, of_rows(&gradient, rows));
            let weight = of_group(&inputs.weight, k);
            d_input.push(Self::float_matmul(gradient.clone(), weight));
            d_weight.push(Self::float_matmul(
                Self::float_transpose(gradient),
                of_rows(&inputs.input, rows),
            ));
            d_bias.push(bias);
        }
        grouped::InputGradients {
            input: Self::float_cat(d_input, 0),
            weight: stack(d_weight),
            bias: stack(d_bias),
        }
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
