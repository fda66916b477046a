//! The loss of a mutual-information discriminator and its gradients.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Cube, TensorMetadata};
use burn_cubecl::cubecl;
use cubecl::prelude::*;

use super::reduce::total;
use super::scalar::{logistic, softplus};
use super::{UNITS, elementwise, empty, one_cube_each};
use crate::ops::pair_loss::{PairLossKernels, Pairs};

/// L by one cube. `state` takes f(e) of every row, then f(e') of every row, then dL/db.
#[cube(launch)]
fn forward_kernel(
    e: &[f32],
    other: &[f32],
    key: &[f32],
    bias: &[f32],
    state: &mut [f32],
    loss: &mut [f32],
    rows: usize,
    width: usize,
) {
    let mut loss_of_unit = 0.0_f32;
    let mut slope_of_unit = 0.0_f32;
    let mut row = UNIT_POS as usize;
    while row < rows {
        let mut positive = bias[0];
        let mut negative = bias[0];
        for k in 0..width {
            let place = row * width + k;
            positive += e[place] * key[place];
            negative += other[place] * key[place];
        }
        state[row] = positive;
        state[rows + row] = negative;
        loss_of_unit += softplus(-positive) + softplus(negative);
        slope_of_unit += logistic(negative) - logistic(-positive);
        row += UNITS as usize;
    }
    let losses = total(loss_of_unit);
    let slopes = total(slope_of_unit);
    if UNIT_POS == 0 {
        let count = f32::cast_from(rows as u32);
        loss[0] = losses / count;
        state[2 * rows] = slopes / count;
    }
}

/// de and de', a unit for a number of each; and db.
#[cube(launch)]
fn e_kernel(
    key: &[f32],
    state: &[f32],
    gradient: &[f32],
    d_e: &mut [f32],
    d_other: &mut [f32],
    d_bias: &mut [f32],
    rows: usize,
    width: usize,
) {
    let place = ABSOLUTE_POS;
    if place < rows * width {
        let row = place / width;
        let share = gradient[0] / f32::cast_from(rows as u32) * key[place];
        d_e[place] = -logistic(-state[row]) * share;
        d_other[place] = logistic(state[rows + row]) * share;
    }
    if place == 0 {
        d_bias[0] = gradient[0] * state[2 * rows];
    }
}

/// dkey, a unit for a number.
#[cube(launch)]
fn key_kernel(
    e: &[f32],
    other: &[f32],
    state: &[f32],
    gradient: &[f32],
    d_key: &mut [f32],
    rows: usize,
    width: usize,
) {
    let place = ABSOLUTE_POS;
    if place < rows * width {
        let row = place / width;
        let share = gradient[0] / f32::cast_from(rows as u32);
        let positive = logistic(-state[row]) * e[place];
        d_key[place] = share * (logistic(state[rows + row]) * other[place] - positive);
    }
}

impl PairLossKernels for Cube {
    fn forward(
        pairs: &Pairs<Self>,
        bias: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let Pairs { e, other, key } = pairs.clone();
        let [rows, width] = e.shape().dims();
        let (loss, state) = (empty(&e, [1]), empty(&e, [2 * rows + 1]));
        let (count, units) = one_cube_each(1);
        forward_kernel::launch(
            &loss.client,
            count,
            units,
            e.into_buffer_arg(),
            other.into_buffer_arg(),
            key.into_buffer_arg(),
            bias.into_buffer_arg(),
            state.clone().into_buffer_arg(),
            loss.clone().into_buffer_arg(),
            rows,
            width,
        );
        (loss, state)
    }

    fn backward(
        pairs: Pairs<Self>,
        state: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> (Pairs<Self>, FloatTensor<Self>) {
        let Pairs { e, other, key } = pairs;
        let [rows, width] = e.shape().dims();
        let out = Pairs::<Self> {
            e: empty(&e, [rows, width]),
            other: empty(&e, [rows, width]),
            key: empty(&e, [rows, width]),
        };
        let bias = empty(&e, [1]);
        let client = e.client.clone();
        let (count, units) = elementwise(&out.e);
        e_kernel::launch(
            &client,
            count.clone(),
            units,
            key.into_buffer_arg(),
            state.clone().into_buffer_arg(),
            gradient.clone().into_buffer_arg(),
            out.e.clone().into_buffer_arg(),
            out.other.clone().into_buffer_arg(),
            bias.clone().into_buffer_arg(),
            rows,
            width,
        );
        key_kernel::launch(
            &client,
            count,
            units,
            e.into_buffer_arg(),
            other.into_buffer_arg(),
            state.into_buffer_arg(),
            gradient.into_buffer_arg(),
            out.key.clone().into_buffer_arg(),
            rows,
            width,
        );
        (out, bias)
    }
}
