//! What stands around the products of a dense layer.

use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Cube, TensorMetadata};
use burn_cubecl::cubecl;
use cubecl::prelude::*;

use super::reduce::total;
use super::{UNITS, elementwise, empty, one_cube_each};
use crate::ops::Contiguous;
use crate::ops::dense::DenseKernels;

#[cube(launch)]
fn bias_kernel(
    product: &[f32],
    bias: &[f32],
    output: &mut [f32],
    width: usize,
    #[comptime] relu: bool,
) {
    if ABSOLUTE_POS < output.len() {
        let mut value = product[ABSOLUTE_POS] + bias[ABSOLUTE_POS % width];
        if relu {
            value = max(value, 0.0_f32);
        }
        output[ABSOLUTE_POS] = value;
    }
}

#[cube(launch)]
fn relu_gradient_kernel(output: &[f32], gradient: &[f32], masked: &mut [f32]) {
    if ABSOLUTE_POS < masked.len() {
        let mut value = 0.0_f32;
        if output[ABSOLUTE_POS] > 0.0 {
            value = gradient[ABSOLUTE_POS];
        }
        masked[ABSOLUTE_POS] = value;
    }
}

/// The sum of each column, a cube each.
#[cube(launch)]
fn column_sums_kernel(values: &[f32], sums: &mut [f32], rows: usize, width: usize) {
    let column = CUBE_POS;
    let mut sum = 0.0_f32;
    // A cube past the last column adds up nothing.
    let mut row = if column < width {
        UNIT_POS as usize
    } else {
        rows
    };
    while row < rows {
        sum += values[row * width + column];
        row += UNITS as usize;
    }
    let all = total(sum);
    if UNIT_POS == 0 && column < width {
        sums[column] = all;
    }
}

/// The gradient of the sum under ReLU, in one piece. `output` is y where ReLU made it.
pub(super) fn relu_gradient(
    output: Option<FloatTensor<Cube>>,
    gradient: FloatTensor<Cube>,
) -> FloatTensor<Cube> {
    let gradient = Cube::contiguous(gradient);
    let Some(output) = output else {
        return gradient;
    };
    let output = Cube::contiguous(output);
    let masked = empty(&gradient, gradient.shape());
    let (count, units) = elementwise(&masked);
    relu_gradient_kernel::launch(
        &masked.client,
        count,
        units,
        output.into_buffer_arg(),
        gradient.into_buffer_arg(),
        masked.clone().into_buffer_arg(),
    );
    masked
}

impl DenseKernels for Cube {
    fn dense_forward(
        input: &FloatTensor<Self>,
        weight: &FloatTensor<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self> {
        let product = Self::float_matmul(input.clone(), Self::float_transpose(weight.clone()));
        let (product, bias) = (Self::contiguous(product), Self::contiguous(bias));
        let output = empty(&product, product.shape());
        let (count, units) = elementwise(&output);
        bias_kernel::launch(
            &output.client,
            count,
            units,
            product.into_buffer_arg(),
            bias.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            output.shape()[1],
            relu,
        );
        output
    }

    fn bias_gradient(
        output: Option<FloatTensor<Self>>,
        gradient: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let gradient = relu_gradient(output, gradient);
        let [rows, width] = gradient.shape().dims();
        let sums = empty(&gradient, [width]);
        let (count, units) = one_cube_each(width);
        column_sums_kernel::launch(
            &sums.client,
            count,
            units,
            gradient.clone().into_buffer_arg(),
            sums.clone().into_buffer_arg(),
            rows,
            width,
        );
        (gradient, sums)
    }
}
