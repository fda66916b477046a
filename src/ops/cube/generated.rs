//! APG's row-wise matrices and biases.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Cube, TensorMetadata};
use burn::tensor::Shape;
use burn_cubecl::cubecl;
use cubecl::prelude::*;

use super::{elementwise, empty};
use crate::ops::generated::GeneratedKernels;

/// A unit for a number of t S.
#[cube(launch)]
fn product_kernel(t: &[f32], generated: &[f32], output: &mut [f32], k: usize, size: usize) {
    if ABSOLUTE_POS < output.len() {
        let (row, j) = (ABSOLUTE_POS / k, ABSOLUTE_POS % k);
        let mut sum = 0.0_f32;
        for i in 0..k {
            sum += t[row * k + i] * generated[row * size + i * k + j];
        }
        output[ABSOLUTE_POS] = sum;
    }
}

/// A unit for a number of dt.
#[cube(launch)]
fn left_kernel(generated: &[f32], gradient: &[f32], d_t: &mut [f32], k: usize, size: usize) {
    if ABSOLUTE_POS < d_t.len() {
        let (row, i) = (ABSOLUTE_POS / k, ABSOLUTE_POS % k);
        let mut sum = 0.0_f32;
        for j in 0..k {
            sum += generated[row * size + i * k + j] * gradient[row * k + j];
        }
        d_t[ABSOLUTE_POS] = sum;
    }
}

/// A unit for a generated number: dS is t times the gradient, the rest has none.
#[cube(launch)]
fn matrix_kernel(t: &[f32], gradient: &[f32], d_generated: &mut [f32], k: usize, size: usize) {
    if ABSOLUTE_POS < d_generated.len() {
        let (row, place) = (ABSOLUTE_POS / size, ABSOLUTE_POS % size);
        let mut value = 0.0_f32;
        if place < k * k {
            value = t[row * k + place / k] * gradient[row * k + place % k];
        }
        d_generated[ABSOLUTE_POS] = value;
    }
}

#[cube(launch)]
fn bias_kernel(x: &[f32], generated: &[f32], output: &mut [f32], d: usize, size: usize) {
    if ABSOLUTE_POS < output.len() {
        let (row, i) = (ABSOLUTE_POS / d, ABSOLUTE_POS % d);
        let sum = x[ABSOLUTE_POS] + generated[row * size + size - d + i];
        output[ABSOLUTE_POS] = max(sum, 0.0_f32);
    }
}

/// A unit for a generated number; those of b write the gradient of x too.
#[cube(launch)]
fn bias_gradient_kernel(
    output: &[f32],
    gradient: &[f32],
    d_x: &mut [f32],
    d_generated: &mut [f32],
    d: usize,
    size: usize,
) {
    if ABSOLUTE_POS < d_generated.len() {
        let (row, place) = (ABSOLUTE_POS / size, ABSOLUTE_POS % size);
        let mut value = 0.0_f32;
        if place + d >= size {
            let from = row * d + place + d - size;
            if output[from] > 0.0 {
                value = gradient[from];
            }
            d_x[from] = value;
        }
        d_generated[ABSOLUTE_POS] = value;
    }
}

impl GeneratedKernels for Cube {
    fn product(t: &FloatTensor<Self>, generated: &FloatTensor<Self>) -> FloatTensor<Self> {
        let output = empty(t, t.shape());
        let (count, units) = elementwise(&output);
        product_kernel::launch(
            &output.client,
            count,
            units,
            t.clone().into_buffer_arg(),
            generated.clone().into_buffer_arg(),
            output.clone().into_buffer_arg(),
            t.shape()[1],
            generated.shape()[1],
        );
        output
    }

    fn product_gradients(
        t: FloatTensor<Self>,
        generated: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let (k, size) = (t.shape()[1], generated.shape()[1]);
        let d_t = empty(&t, t.shape());
        let d_generated = empty(&t, generated.shape());
        let (count, units) = elementwise(&d_t);
        left_kernel::launch(
            &d_t.client,
            count,
            units,
            generated.into_buffer_arg(),
            gradient.clone().into_buffer_arg(),
            d_t.clone().into_buffer_arg(),
            k,
            size,
        );
        let (count, units) = elementwise(&d_generated);
        matrix_kernel::launch(
            &d_t.client,
            count,
            units,
            t.into_buffer_arg(),
            gradient.into_buffer_arg(),
            d_generated.clone().into_buffer_arg(),
            k,
            size,
        );
        (d_t, d_generated)
    }

    fn bias(x: FloatTensor<Self>, generated: FloatTensor<Self>) -> FloatTensor<Self> {
        let output = empty(&x, x.shape());
        let (d, size) = (x.shape()[1], generated.shape()[1]);
        let (count, units) = elementwise(&output);
        bias_kernel::launch(
            &output.client,
            count,
            units,
            x.into_buffer_arg(),
            generated.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            d,
            size,
        );
        output
    }

    fn bias_gradients(
        output: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        shape: Shape,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let (d, size) = (output.shape()[1], shape[1]);
        let d_x = empty(&output, output.shape());
        let d_generated = empty(&output, shape);
        let (count, units) = elementwise(&d_generated);
        bias_gradient_kernel::launch(
            &d_x.client,
            count,
            units,
            output.into_buffer_arg(),
            gradient.into_buffer_arg(),
            d_x.clone().into_buffer_arg(),
            d_generated.clone().into_buffer_arg(),
            d,
            size,
        );
        (d_x, d_generated)
    }
}
