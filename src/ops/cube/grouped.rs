//! Dense layers of groups of rows, all groups in one dispatch.
//!
//! Rows go by lines of at most [`TILE`], none of which has rows of two groups. A list of integers says where they are:
//! `groups + 1` starts of the groups' rows, then the group, the first row and the end of each line.

use std::ops::Range;

use burn::backend::ops::IntTensorOps;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Cube, TensorMetadata};
use burn::tensor::TensorData;
use burn_cubecl::cubecl;
use cubecl::prelude::*;

use super::dense::relu_gradient;
use super::tile::{LINE, TILE, at, tiles_of};
use super::{elementwise, empty};
use crate::ops::Contiguous;
use crate::ops::grouped::{GroupedKernels, InputGradients, Inputs};

/// Entries of a line in the list.
const ENTRIES: usize = 3;

/// y = W_k x + b_k or its positive part: a cube makes a line's rows of TILE outputs.
#[cube(launch)]
fn forward_kernel(
    input: &[f32],
    weight: &[f32],
    bias: &[f32],
    plan: &[i32],
    output: &mut [f32],
    lines: usize,
    dm: usize,
    dn: usize,
    #[comptime] relu: bool,
) {
    let (x, y) = (UNIT_POS_X as usize, UNIT_POS_Y as usize);
    let line = lines + CUBE_POS_Y as usize * ENTRIES;
    let group = usize::cast_from(plan[line]);
    let row = usize::cast_from(plan[line + 1]) + y;
    let end = usize::cast_from(plan[line + 2]);
    let first = CUBE_POS_X as usize * TILE;
    let i = first + x;
    let mut input_tile = Shared::new_slice(TILE * LINE);
    let mut weight_tile = Shared::new_slice(TILE * LINE);
    let mut sum = 0.0_f32;
    let mut start = 0;
    while start < dn {
        input_tile[y * LINE + x] = at(input, row, start + x, end, dn);
        let next = group * dm + dm;
        weight_tile[y * LINE + x] = at(weight, group * dm + first + y, start + x, next, dn);
        sync_cube();
        for k in 0..TILE {
            sum += input_tile[y * LINE + k] * weight_tile[x * LINE + k];
        }
        sync_cube();
        start += TILE;
    }
    if row < end && i < dm {
        let mut value = sum + bias[group * dm + i];
        if relu {
            value = max(value, 0.0_f32);
        }
        output[row * dm + i] = value;
    }
}

/// dx_j = Σ_i dy_i W_k,ij: a cube makes a line's rows of TILE inputs.
#[cube(launch)]
fn input_kernel(
    weight: &[f32],
    gradient: &[f32],
    plan: &[i32],
    d_input: &mut [f32],
    lines: usize,
    dm: usize,
    dn: usize,
) {
    let (x, y) = (UNIT_POS_X as usize, UNIT_POS_Y as usize);
    let line = lines + CUBE_POS_Y as usize * ENTRIES;
    let group = usize::cast_from(plan[line]);
    let row = usize::cast_from(plan[line + 1]) + y;
    let end = usize::cast_from(plan[line + 2]);
    let first = CUBE_POS_X as usize * TILE;
    let j = first + x;
    let mut gradient_tile = Shared::new_slice(TILE * LINE);
    let mut weight_tile = Shared::new_slice(TILE * LINE);
    let mut sum = 0.0_f32;
    let mut start = 0;
    while start < dm {
        gradient_tile[y * LINE + x] = at(gradient, row, start + x, end, dm);
        let next = group * dm + dm;
        weight_tile[y * LINE + x] = at(weight, group * dm + start + y, first + x, next, dn);
        sync_cube();
        for k in 0..TILE {
            sum += gradient_tile[y * LINE + k] * weight_tile[k * LINE + x];
        }
        sync_cube();
        start += TILE;
    }
    if row < end && j < dn {
        d_input[row * dn + j] = sum;
    }
}

/// dW_k,ij = Σ_n dy_ni x_nj and db_k,i = Σ_n dy_ni over the rows of the group: a unit each. Without tiles, since a cube
/// may not wait in a loop whose end it reads from memory; neighbours read neighbouring x.
#[cube(launch)]
fn weight_kernel(
    input: &[f32],
    gradient: &[f32],
    plan: &[i32],
    d_weight: &mut [f32],
    d_bias: &mut [f32],
    dm: usize,
    dn: usize,
) {
    let place = ABSOLUTE_POS;
    if place < d_weight.len() {
        let (line, j) = (place / dn, place % dn);
        let (group, i) = (line / dm, line % dm);
        let mut row = usize::cast_from(plan[group]);
        let end = usize::cast_from(plan[group + 1]);
        let mut sum = 0.0_f32;
        let mut bias = 0.0_f32;
        while row < end {
            let dy = gradient[row * dm + i];
            sum += dy * input[row * dn + j];
            bias += dy;
            row += 1;
        }
        d_weight[place] = sum;
        if j == 0 {
            d_bias[line] = bias;
        }
    }
}

/// The list of integers, and how many lines it has.
#[derive(Debug, Clone)]
pub(in crate::ops) struct Plan {
    list: IntTensor<Cube>,
    groups: usize,
    lines: usize,
}

impl GroupedKernels for Cube {
    type Rows = Plan;

    fn rows_of_groups(rows: Vec<Range<usize>>, like: &FloatTensor<Self>) -> Plan {
        let mut list = vec![0];
        list.extend(rows.iter().map(|rows| rows.end as i32));
        let groups = rows.len();
        for (k, rows) in rows.into_iter().enumerate() {
            for first in rows.clone().step_by(TILE) {
                list.extend([k, first, rows.end].map(|n| n as i32));
            }
        }
        let (count, lines) = (list.len(), (list.len() - groups - 1) / ENTRIES);
        let data = TensorData::new(list, [count]);
        Plan {
            list: Self::int_from_data(data, &like.device),
            groups,
            lines,
        }
    }

    fn grouped_forward(
        inputs: &Inputs<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self> {
        let Plan {
            list,
            groups,
            lines,
        } = inputs.rows.clone();
        let input = Self::contiguous(inputs.input.clone());
        let weight = Self::contiguous(inputs.weight.clone());
        let ([rows, dn], [_, dm, _]) = (input.shape().dims(), weight.shape().dims());
        let output = empty(&input, [rows, dm]);
        let (count, units) = tiles_of(lines, dm);
        forward_kernel::launch(
            &output.client,
            count,
            units,
            input.into_buffer_arg(),
            weight.into_buffer_arg(),
            Self::contiguous(bias).into_buffer_arg(),
            list.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            groups + 1,
            dm,
            dn,
            relu,
        );
        output
    }

    fn grouped_backward(
        inputs: Inputs<Self>,
        output: Option<FloatTensor<Self>>,
        gradient: FloatTensor<Self>,
    ) -> InputGradients<Self> {
        let Plan {
            list,
            groups,
            lines,
        } = inputs.rows;
        let input = Self::contiguous(inputs.input);
        let weight = Self::contiguous(inputs.weight);
        let ([rows, dn], [_, dm, _]) = (input.shape().dims(), weight.shape().dims());
        let gradient = relu_gradient(output, gradient);
        let gradients = InputGradients::<Self> {
            input: empty(&input, [rows, dn]),
            weight: empty(&input, [groups, dm, dn]),
            bias: empty(&input, [groups, dm]),
        };
        let client = input.client.clone();
        let (count, units) = tiles_of(lines, dn);
        input_kernel::launch(
            &client,
            count,
            units,
            weight.into_buffer_arg(),
            gradient.clone().into_buffer_arg(),
            list.clone().into_buffer_arg(),
            gradients.input.clone().into_buffer_arg(),
            groups + 1,
            dm,
            dn,
        );
        let (count, units) = elementwise(&gradients.weight);
        weight_kernel::launch(
            &client,
            count,
            units,
            input.into_buffer_arg(),
            gradient.into_buffer_arg(),
            list.into_buffer_arg(),
            gradients.weight.clone().into_buffer_arg(),
            gradients.bias.clone().into_buffer_arg(),
            dm,
            dn,
        );
        gradients
    }
}
