//! s = scale·σ(R C) and s = scale·σ(u), forward and backward.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Cube, TensorMetadata};
use burn_cubecl::cubecl;
use cubecl::prelude::*;

use super::reduce::total;
use super::scalar::logistic;
use super::{UNITS, elementwise, empty, one_cube_each};
use crate::kernels::Gate;
use crate::ops::gate::GateKernels;

/// The gradient of the logit from that of s: s (scale − s) / scale.
#[cube]
fn of_logit(s: f32, gradient: f32, scale: f32) -> f32 {
    gradient * s * (scale - s) / scale
}

/// s of each row, of whose factors a stride of 0 says that all rows share them.
#[cube(launch)]
fn forward_kernel(
    left: &[f32],
    right: &[f32],
    s: &mut [f32],
    left_stride: usize,
    right_stride: usize,
    dr: usize,
    dc: usize,
    dk: usize,
    scale: f32,
) {
    let place = ABSOLUTE_POS;
    if place < s.len() {
        let c = place % dc;
        let r = place / dc % dr;
        let row = place / (dc * dr);
        let mut u = 0.0_f32;
        for k in 0..dk {
            u += left[row * left_stride + r * dk + k] * right[row * right_stride + k * dc + c];
        }
        s[place] = scale * logistic(u);
    }
}

/// dR[r, k] of one row: Σ_c du[r, c] C[k, c].
#[cube]
fn left_term(
    s: &[f32],
    gradient: &[f32],
    right: &[f32],
    row: usize,
    r: usize,
    k: usize,
    right_stride: usize,
    dr: usize,
    dc: usize,
    scale: f32,
) -> f32 {
    let mut sum = 0.0_f32;
    for c in 0..dc {
        let place = (row * dr + r) * dc + c;
        sum += of_logit(s[place], gradient[place], scale) * right[row * right_stride + k * dc + c];
    }
    sum
}

/// dC[k, c] of one row: Σ_r du[r, c] R[r, k].
#[cube]
fn right_term(
    s: &[f32],
    gradient: &[f32],
    left: &[f32],
    row: usize,
    k: usize,
    c: usize,
    left_stride: usize,
    dr: usize,
    dc: usize,
    dk: usize,
    scale: f32,
) -> f32 {
    let mut sum = 0.0_f32;
    for r in 0..dr {
        let place = (row * dr + r) * dc + c;
        sum += of_logit(s[place], gradient[place], scale) * left[row * left_stride + r * dk + k];
    }
    sum
}

/// dR of every row, a unit each.
#[cube(launch)]
fn left_kernel(
    s: &[f32],
    gradient: &[f32],
    right: &[f32],
    d_left: &mut [f32],
    right_stride: usize,
    dr: usize,
    dc: usize,
    dk: usize,
    scale: f32,
) {
    let place = ABSOLUTE_POS;
    if place < d_left.len() {
        let (row, r, k) = (place / (dk * dr), place / dk % dr, place % dk);
        d_left[place] = left_term(s, gradient, right, row, r, k, right_stride, dr, dc, scale);
    }
}

/// dR that all rows share, a cube each.
#[cube(launch)]
fn shared_left_kernel(
    s: &[f32],
    gradient: &[f32],
    right: &[f32],
    d_left: &mut [f32],
    rows: usize,
    right_stride: usize,
    dr: usize,
    dc: usize,
    dk: usize,
    scale: f32,
) {
    let place = CUBE_POS_X as usize;
    let (r, k) = (place / dk, place % dk);
    let mut sum = 0.0_f32;
    let mut row = UNIT_POS as usize;
    while row < rows {
        sum += left_term(s, gradient, right, row, r, k, right_stride, dr, dc, scale);
        row += UNITS as usize;
    }
    let all = total(sum);
    if UNIT_POS == 0 {
        d_left[place] = all;
    }
}

/// dC of every row, a unit each.
#[cube(launch)]
fn right_kernel(
    s: &[f32],
    gradient: &[f32],
    left: &[f32],
    d_right: &mut [f32],
    left_stride: usize,
    dr: usize,
    dc: usize,
    dk: usize,
    scale: f32,
) {
    let place = ABSOLUTE_POS;
    if place < d_right.len() {
        let (row, k, c) = (place / (dc * dk), place / dc % dk, place % dc);
        d_right[place] = right_term(s, gradient, left, row, k, c, left_stride, dr, dc, dk, scale);
    }
}

/// dC that all rows share, a cube each.
#[cube(launch)]
fn shared_right_kernel(
    s: &[f32],
    gradient: &[f32],
    left: &[f32],
    d_right: &mut [f32],
    rows: usize,
    left_stride: usize,
    dr: usize,
    dc: usize,
    dk: usize,
    scale: f32,
) {
    let place = CUBE_POS_X as usize;
    let (k, c) = (place / dc, place % dc);
    let mut sum = 0.0_f32;
    let mut row = UNIT_POS as usize;
    while row < rows {
        sum += right_term(s, gradient, left, row, k, c, left_stride, dr, dc, dk, scale);
        row += UNITS as usize;
    }
    let all = total(sum);
    if UNIT_POS == 0 {
        d_right[place] = all;
    }
}

#[cube(launch)]
fn sigmoid_kernel(u: &[f32], s: &mut [f32], scale: f32) {
    if ABSOLUTE_POS < s.len() {
        s[ABSOLUTE_POS] = scale * logistic(u[ABSOLUTE_POS]);
    }
}

#[cube(launch)]
fn sigmoid_gradient_kernel(s: &[f32], gradient: &[f32], d_u: &mut [f32], scale: f32) {
    if ABSOLUTE_POS < d_u.len() {
        d_u[ABSOLUTE_POS] = of_logit(s[ABSOLUTE_POS], gradient[ABSOLUTE_POS], scale);
    }
}

/// From a row's factor to the next's: 0 where one of `size` numbers is all there is.
fn stride(factor: &FloatTensor<Cube>, size: usize) -> usize {
    if factor.shape().num_elements() == size {
        0
    } else {
        size
    }
}

impl GateKernels for Cube {
    fn gate_forward(
        batch: usize,
        gate: Gate,
        left: &FloatTensor<Self>,
        right: &FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let Gate { dr, dc, dk, scale } = gate;
        let s = empty(left, [batch, dr, dc]);
        let (count, units) = elementwise(&s);
        forward_kernel::launch(
            &s.client,
            count,
            units,
            left.clone().into_buffer_arg(),
            right.clone().into_buffer_arg(),
            s.clone().into_buffer_arg(),
            stride(left, dr * dk),
            stride(right, dk * dc),
            dr,
            dc,
            dk,
            scale,
        );
        s
    }

    fn gate_backward(
        gate: Gate,
        (left, right): (FloatTensor<Self>, FloatTensor<Self>),
        s: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let Gate { dr, dc, dk, scale } = gate;
        let rows = s.shape()[0];
        let (d_left, d_right) = (empty(&left, left.shape()), empty(&right, right.shape()));
        let (left_stride, right_stride) = (stride(&left, dr * dk), stride(&right, dk * dc));
        let client = s.client.clone();
        let arg = |tensor: &FloatTensor<Self>| tensor.clone().into_buffer_arg();
        if left_stride == 0 {
            let (count, units) = one_cube_each(dr * dk);
            shared_left_kernel::launch(
                &client,
                count,
                units,
                arg(&s),
                arg(&gradient),
                arg(&right),
                arg(&d_left),
                rows,
                right_stride,
                dr,
                dc,
                dk,
                scale,
            );
        } else {
            let (count, units) = elementwise(&d_left);
            left_kernel::launch(
                &client,
                count,
                units,
                arg(&s),
                arg(&gradient),
                arg(&right),
                arg(&d_left),
                right_stride,
                dr,
                dc,
                dk,
                scale,
            );
        }
        if right_stride == 0 {
            let (count, units) = one_cube_each(dk * dc);
            shared_right_kernel::launch(
                &client,
                count,
                units,
                arg(&s),
                arg(&gradient),
                arg(&left),
                arg(&d_right),
                rows,
                left_stride,
                dr,
                dc,
                dk,
                scale,
            );
        } else {
            let (count, units) = elementwise(&d_right);
            right_kernel::launch(
                &client,
                count,
                units,
                arg(&s),
                arg(&gradient),
                arg(&left),
                arg(&d_right),
                left_stride,
                dr,
                dc,
                dk,
                scale,
            );
        }
        (d_left, d_right)
    }

    fn scaled_sigmoid_forward(u: FloatTensor<Self>, scale: f32) -> FloatTensor<Self> {
        let s = empty(&u, u.shape());
        let (count, units) = elementwise(&s);
        sigmoid_kernel::launch(
            &s.client,
            count,
            units,
            u.into_buffer_arg(),
            s.clone().into_buffer_arg(),
            scale,
        );
        s
    }

    fn scaled_sigmoid_backward(
        s: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        scale: f32,
    ) -> FloatTensor<Self> {
        let d_u = empty(&s, s.shape());
        let (count, units) = elementwise(&d_u);
        sigmoid_gradient_kernel::launch(
            &d_u.client,
            count,
            units,
            s.into_buffer_arg(),
            gradient.into_buffer_arg(),
            d_u.clone().into_buffer_arg(),
            scale,
        );
        d_u
    }
}
