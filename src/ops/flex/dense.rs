//! Dense layers, and those of groups of rows.

use std::ops::Range;

use burn::backend::{Flex, TensorMetadata};

use super::{FlexTensor, tensor, values};
use crate::kernels::{self, Activation, Dense, Rows};
use crate::ops::Contiguous;
use crate::ops::dense::DenseKernels;
use crate::ops::grouped::{self, GroupedKernels};

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
