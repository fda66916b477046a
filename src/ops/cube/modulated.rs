//! (S ⊙ W) h + b under ReLU, forward and backward, without ever forming S.
//!
//! Products go by tiles of [`TILE`] × [`TILE`] outputs, one a unit. Along the summed axis s is constant within a block:
//! a unit adds up a block's products first and multiplies them with s once.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Cube, TensorMetadata};
use burn_cubecl::cubecl;
use cubecl::prelude::*;

use super::tile::{LINE, TILE, at, tiles};
use super::{elementwise, empty};
use crate::ops::modulated::{InputGradients, Inputs, ModulatedKernels};

/// The first position past block `block` of `blocks` along an axis of `n`: blocks differ by one at most.
#[cube]
fn end_of(block: usize, blocks: usize, n: usize) -> usize {
    ((block + 1) * n).div_ceil(blocks)
}

/// The gradient of the sum before ReLU, and 0 outside of the matrix.
#[cube]
fn masked(
    output: &[f32],
    gradient: &[f32],
    row: usize,
    column: usize,
    rows: usize,
    columns: usize,
) -> f32 {
    let mut value = 0.0_f32;
    if row < rows && column < columns {
        let place = row * columns + column;
        if output[place] > 0.0 {
            value = gradient[place];
        }
    }
    value
}

/// y = max(0, b_i + Σ_c s[r(i), c] Σ_{j in c} W_ij h_j): a cube makes TILE rows of TILE outputs.
#[cube(launch)]
fn forward_kernel(
    hidden: &[f32],
    s: &[f32],
    weight: &[f32],
    bias: &[f32],
    output: &mut [f32],
    rows: usize,
    dm: usize,
    dn: usize,
    dr: usize,
    dc: usize,
) {
    let (x, y) = (UNIT_POS_X as usize, UNIT_POS_Y as usize);
    let first = CUBE_POS_X as usize * TILE;
    let (i, row) = (first + x, CUBE_POS_Y as usize * TILE + y);
    let inside = i < dm && row < rows;
    let mut hidden_tile = Shared::new_slice(TILE * LINE);
    let mut weight_tile = Shared::new_slice(TILE * LINE);
    let mut gate = 0;
    if inside {
        gate = (row * dr + i * dr / dm) * dc;
    }
    let mut block = 0;
    let mut end = end_of(0, dc, dn);
    let mut sum = 0.0_f32;
    let mut partial = 0.0_f32;
    let mut start = 0;
    while start < dn {
        hidden_tile[y * LINE + x] = at(hidden, row, start + x, rows, dn);
        weight_tile[y * LINE + x] = at(weight, first + y, start + x, dm, dn);
        sync_cube();
        for k in 0..TILE {
            if start + k == end {
                sum += s[gate + block] * partial;
                partial = 0.0_f32;
                // Past the last block only zeros follow.
                if block + 1 < dc {
                    block += 1;
                }
                end = end_of(block, dc, dn);
            }
            partial += hidden_tile[y * LINE + k] * weight_tile[x * LINE + k];
        }
        sync_cube();
        start += TILE;
    }
    if inside {
        let value = bias[i] + sum + s[gate + block] * partial;
        output[row * dm + i] = max(value, 0.0_f32);
    }
}

/// dh_j = Σ_r s[r, c(j)] Σ_{i in r} W_ij dz_i: a cube makes TILE rows of TILE inputs.
#[cube(launch)]
fn hidden_kernel(
    s: &[f32],
    weight: &[f32],
    output: &[f32],
    gradient: &[f32],
    d_hidden: &mut [f32],
    rows: usize,
    dm: usize,
    dn: usize,
    dr: usize,
    dc: usize,
) {
    let (x, y) = (UNIT_POS_X as usize, UNIT_POS_Y as usize);
    let first = CUBE_POS_X as usize * TILE;
    let (j, row) = (first + x, CUBE_POS_Y as usize * TILE + y);
    let inside = j < dn && row < rows;
    let mut gradient_tile = Shared::new_slice(TILE * LINE);
    let mut weight_tile = Shared::new_slice(TILE * LINE);
    let mut gate = 0;
    if inside {
        gate = row * dr * dc + j * dc / dn;
    }
    let mut block = 0;
    let mut end = end_of(0, dr, dm);
    let mut sum = 0.0_f32;
    let mut partial = 0.0_f32;
    let mut start = 0;
    while start < dm {
        gradient_tile[y * LINE + x] = masked(output, gradient, row, start + x, rows, dm);
        weight_tile[y * LINE + x] = at(weight, start + y, first + x, dm, dn);
        sync_cube();
        for k in 0..TILE {
            if start + k == end {
                sum += s[gate + block * dc] * partial;
                partial = 0.0_f32;
                if block + 1 < dr {
                    block += 1;
                }
                end = end_of(block, dr, dm);
            }
            partial += gradient_tile[y * LINE + k] * weight_tile[k * LINE + x];
        }
        sync_cube();
        start += TILE;
    }
    if inside {
        d_hidden[row * dn + j] = sum + s[gate + block * dc] * partial;
    }
}

/// dW_ij = Σ_n dz_ni s_n[r(i), c(j)] h_nj and db_i = Σ_n dz_ni: a cube makes TILE × TILE weights.
#[cube(launch)]
fn weight_kernel(
    hidden: &[f32],
    s: &[f32],
    output: &[f32],
    gradient: &[f32],
    d_weight: &mut [f32],
    d_bias: &mut [f32],
    rows: usize,
    dm: usize,
    dn: usize,
    dr: usize,
    dc: usize,
) {
    let (x, y) = (UNIT_POS_X as usize, UNIT_POS_Y as usize);
    let (first_i, first_j) = (CUBE_POS_Y as usize * TILE, CUBE_POS_X as usize * TILE);
    let (i, j) = (first_i + y, first_j + x);
    let inside = i < dm && j < dn;
    let mut hidden_tile = Shared::new_slice(TILE * LINE);
    let mut gradient_tile = Shared::new_slice(TILE * LINE);
    let mut gate = 0;
    if inside {
        gate = i * dr / dm * dc + j * dc / dn;
    }
    let mut sum = 0.0_f32;
    let mut bias = 0.0_f32;
    let mut start = 0;
    while start < rows {
        hidden_tile[y * LINE + x] = at(hidden, start + y, first_j + x, rows, dn);
        gradient_tile[y * LINE + x] = masked(output, gradient, start + y, first_i + x, rows, dm);
        sync_cube();
        for k in 0..TILE {
            let dz = gradient_tile[k * LINE + y];
            bias += dz;
            if start + k < rows {
                sum += dz * hidden_tile[k * LINE + x] * s[(start + k) * dr * dc + gate];
            }
        }
        sync_cube();
        start += TILE;
    }
    if inside {
        d_weight[i * dn + j] = sum;
        if j == 0 {
            d_bias[i] = bias;
        }
    }
}

/// ds[r, c] = Σ_{i in r} dz_i Σ_{j in c} W_ij h_j: a unit each.
#[cube(launch)]
fn gate_kernel(
    hidden: &[f32],
    weight: &[f32],
    output: &[f32],
    gradient: &[f32],
    d_s: &mut [f32],
    rows: usize,
    dm: usize,
    dn: usize,
    dr: usize,
    dc: usize,
) {
    let place = ABSOLUTE_POS;
    if place < rows * dr * dc {
        let c = place % dc;
        let r = place / dc % dr;
        let row = place / (dc * dr);
        let mut sum = 0.0_f32;
        let mut i = (r * dm).div_ceil(dr);
        while i < end_of(r, dr, dm) {
            if output[row * dm + i] > 0.0 {
                let mut partial = 0.0_f32;
                let mut j = (c * dn).div_ceil(dc);
                while j < end_of(c, dc, dn) {
                    partial += weight[i * dn + j] * hidden[row * dn + j];
                    j += 1;
                }
                sum += gradient[row * dm + i] * partial;
            }
            i += 1;
        }
        d_s[place] = sum;
    }
}

impl ModulatedKernels for Cube {
    fn forward(inputs: &Inputs<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self> {
        let Inputs { hidden, s, weight } = inputs.clone();
        let ([rows, dn], [dm, _]) = (hidden.shape().dims(), weight.shape().dims());
        let [_, dr, dc] = s.shape().dims();
        let output = empty(&hidden, [rows, dm]);
        let (count, units) = tiles(rows, dm);
        forward_kernel::launch(
            &output.client,
            count,
            units,
            hidden.into_buffer_arg(),
            s.into_buffer_arg(),
            weight.into_buffer_arg(),
            bias.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            rows,
            dm,
            dn,
            dr,
            dc,
        );
        output
    }

    fn backward(
        inputs: Inputs<Self>,
        output: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        _: Option<FloatTensor<Self>>,
    ) -> InputGradients<Self> {
        let Inputs { hidden, s, weight } = inputs;
        let ([rows, dn], [dm, _]) = (hidden.shape().dims(), weight.shape().dims());
        let [_, dr, dc] = s.shape().dims();
        let gradients = InputGradients {
            hidden: empty(&hidden, [rows, dn]),
            s: empty(&hidden, [rows, dr, dc]),
            weight: empty(&hidden, [dm, dn]),
            bias: empty(&hidden, [dm]),
        };
        let client = hidden.client.clone();
        let arg = |tensor: &FloatTensor<Self>| tensor.clone().into_buffer_arg();
        let (count, units) = tiles(rows, dn);
        hidden_kernel::launch(
            &client,
            count,
            units,
            arg(&s),
            arg(&weight),
            arg(&output),
            arg(&gradient),
            arg(&gradients.hidden),
            rows,
            dm,
            dn,
            dr,
            dc,
        );
        let (count, units) = elementwise(&gradients.s);
        gate_kernel::launch(
            &client,
            count,
            units,
            arg(&hidden),
            arg(&weight),
            arg(&output),
            arg(&gradient),
            arg(&gradients.s),
            rows,
            dm,
            dn,
            dr,
            dc,
        );
        let (count, units) = tiles(dm, dn);
        weight_kernel::launch(
            &client,
            count,
            units,
            hidden.into_buffer_arg(),
            s.into_buffer_arg(),
            output.into_buffer_arg(),
            gradient.into_buffer_arg(),
            arg(&gradients.weight),
            arg(&gradients.bias),
            rows,
            dm,
            dn,
            dr,
            dc,
        );
        gradients
    }
}
