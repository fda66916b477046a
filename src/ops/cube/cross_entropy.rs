//! The cross entropy of logits and its gradient.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Cube, TensorMetadata};
use burn_cubecl::cubecl;
use cubecl::prelude::*;

use super::reduce::total;
use super::scalar::{logistic, softplus};
use super::{UNITS, elementwise, empty, one_cube_each};
use crate::ops::cross_entropy::CrossEntropyKernels;

/// The mean, by one cube.
#[cube(launch)]
fn forward_kernel(logits: &[f32], labels: &[f32], mean: &mut [f32]) {
    let mut sum = 0.0_f32;
    let mut row = UNIT_POS as usize;
    while row < logits.len() {
        sum += softplus(logits[row]) - labels[row] * logits[row];
        row += UNITS as usize;
    }
    let all = total(sum);
    if UNIT_POS == 0 {
        mean[0] = all / f32::cast_from(logits.len() as u32);
    }
}

#[cube(launch)]
fn backward_kernel(logits: &[f32], labels: &[f32], gradient: &[f32], d_logits: &mut [f32]) {
    let row = ABSOLUTE_POS;
    if row < d_logits.len() {
        let share = gradient[0] / f32::cast_from(d_logits.len() as u32);
        d_logits[row] = share * (logistic(logits[row]) - labels[row]);
    }
}

impl CrossEntropyKernels for Cube {
    fn forward(logits: &FloatTensor<Self>, labels: &FloatTensor<Self>) -> FloatTensor<Self> {
        let mean = empty(logits, [1]);
        let (count, units) = one_cube_each(1);
        forward_kernel::launch(
            &mean.client,
            count,
            units,
            logits.clone().into_buffer_arg(),
            labels.clone().into_buffer_arg(),
            mean.clone().into_buffer_arg(),
        );
        mean
    }

    fn backward(
        logits: FloatTensor<Self>,
        labels: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let d_logits = empty(&logits, logits.shape());
        let (count, units) = elementwise(&d_logits);
        backward_kernel::launch(
            &d_logits.client,
            count,
            units,
            logits.into_buffer_arg(),
            labels.into_buffer_arg(),
            gradient.into_buffer_arg(),
            d_logits.clone().into_buffer_arg(),
        );
        d_logits
    }
}
