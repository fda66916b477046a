//! Look-ups in embedding tables and the lazy Adam of the rows that a batch uses.
//!
//! The plan, a list of integers, has one part after another:
//!
//! - `width` entries: for a column of h¹ `slot · dim + d`, or `−1 − k` for the k-th dense value;
//! - `rows · slots + 1` starts of the uses of (row, slot), then the `uses` themselves: rows of the tables;
//! - `touched` rows of the tables, as many first columns of h¹, and `touched + 1` starts of the uses of each, then the
//!   batch rows of those `uses`;
//! - `rows` places: for a row that of the negative pair that has its e.
//!
//! The numbers are the weights of the uses in the first order, then in the second, then the dense values.

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Cube, TensorMetadata};
use burn_cubecl::cubecl;
use cubecl::prelude::*;

use super::{UNITS, elementwise, empty};
use crate::kernels::Adam;
use crate::ops::Contiguous;
use crate::ops::tables::{Shape, TablesBackend};

/// A unit for a number of h¹.
#[cube(launch)]
fn gather_kernel(
    values: &[f32],
    plan: &[i32],
    numbers: &[f32],
    input: &mut [f32],
    width: usize,
    dim: usize,
    slots: usize,
    uses: usize,
    dense: usize,
    ids: usize,
) {
    let place = ABSOLUTE_POS;
    if place < input.len() {
        let row = place / width;
        let column = plan[place % width];
        let mut value = 0.0_f32;
        if column < 0_i32 {
            let k = usize::cast_from(-(column + 1_i32));
            value = numbers[2 * uses + row * dense + k];
        } else {
            let column = usize::cast_from(column);
            let start = width + row * slots + column / dim;
            let mut k = usize::cast_from(plan[start]);
            let end = usize::cast_from(plan[start + 1]);
            while k < end {
                let id = usize::cast_from(plan[ids + k]);
                value += numbers[k] * values[id * dim + column % dim];
                k += 1;
            }
        }
        input[place] = value;
    }
}

/// A unit for a number of a touched row.
#[cube(launch)]
fn update_kernel(
    values: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
    plan: &[i32],
    numbers: &[f32],
    gradient: &[f32],
    negatives: &[f32],
    width: usize,
    aware: usize,
    dim: usize,
    uses: usize,
    touched: usize,
    rows_touched: usize,
    keep1: f32,
    take1: f32,
    keep2: f32,
    take2: f32,
    eps: f32,
    step_size: f32,
    #[comptime] pairs: bool,
) {
    let which = ABSOLUTE_POS / dim;
    let d = ABSOLUTE_POS % dim;
    if which < touched {
        let starts = rows_touched + 2 * touched;
        let batch_rows = starts + touched + 1;
        let places = batch_rows + uses;
        let column = usize::cast_from(plan[rows_touched + touched + which]) + d;
        let mut g = 0.0_f32;
        let mut k = usize::cast_from(plan[starts + which]);
        let end = usize::cast_from(plan[starts + which + 1]);
        while k < end {
            let row = usize::cast_from(plan[batch_rows + k]);
            let mut of_row = gradient[row * width + column];
            #[allow(
                clippy::collapsible_if,
                reason = "the outer one is decided when the kernel is made"
            )]
            if pairs {
                if column < aware {
                    let pair = usize::cast_from(plan[places + row]);
                    of_row += negatives[pair * aware + column];
                }
            }
            g += numbers[uses + k] * of_row;
            k += 1;
        }
        let place = usize::cast_from(plan[rows_touched + which]) * dim + d;
        let m = keep1 * first[place] + take1 * g;
        let v = keep2 * second[place] + take2 * g * g;
        first[place] = m;
        second[place] = v;
        values[place] -= step_size * m / (v.sqrt() + eps);
    }
}

impl TablesBackend for Cube {
    fn gather(
        values: FloatTensor<Self>,
        plan: IntTensor<Self>,
        numbers: FloatTensor<Self>,
        shape: Shape,
    ) -> FloatTensor<Self> {
        let Shape {
            rows,
            width,
            dim,
            slots,
            uses,
            ..
        } = shape;
        let dense = (numbers.shape().num_elements() - 2 * uses) / rows.max(1);
        let input = empty(&values, [rows, width]);
        let (count, units) = elementwise(&input);
        gather_kernel::launch(
            &input.client,
            count,
            units,
            values.into_buffer_arg(),
            plan.into_buffer_arg(),
            numbers.into_buffer_arg(),
            input.clone().into_buffer_arg(),
            width,
            dim,
            slots,
            uses,
            dense,
            width + rows * slots + 1,
        );
        input
    }

    fn update(
        values: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        plan: IntTensor<Self>,
        numbers: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        negatives: FloatTensor<Self>,
        shape: Shape,
        rule: Adam,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let Shape {
            rows,
            width,
            aware,
            dim,
            slots,
            uses,
            touched,
            pairs,
        } = shape;
        let units = CubeDim::new_1d(UNITS);
        let count = cubecl::calculate_cube_count_elemwise(&values.client, touched * dim, units);
        update_kernel::launch(
            &values.client,
            count,
            units,
            values.clone().into_buffer_arg(),
            first.clone().into_buffer_arg(),
            second.clone().into_buffer_arg(),
            plan.into_buffer_arg(),
            numbers.into_buffer_arg(),
            Self::contiguous(gradient).into_buffer_arg(),
            Self::contiguous(negatives).into_buffer_arg(),
            width,
            aware,
            dim,
            uses,
            touched,
            width + rows * slots + 1 + uses,
            rule.keep1,
            rule.take1,
            rule.keep2,
            rule.take2,
            rule.eps,
            rule.step_size,
            pairs,
        );
        (values, first, second)
    }
}
