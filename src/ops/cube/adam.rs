//! A step of Adam.

use burn::backend::Cube;
use burn::backend::tensor::FloatTensor;
use burn_cubecl::cubecl;
use cubecl::prelude::*;

use super::elementwise;
use crate::kernels::Adam;
use crate::ops::Contiguous;
use crate::ops::adam::AdamBackend;

#[cube(launch)]
fn adam_kernel(
    value: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
    gradient: &[f32],
    keep1: f32,
    take1: f32,
    keep2: f32,
    take2: f32,
    eps: f32,
    step_size: f32,
) {
    let place = ABSOLUTE_POS;
    if place < value.len() {
        let g = gradient[place];
        let m = keep1 * first[place] + take1 * g;
        let v = keep2 * second[place] + take2 * g * g;
        first[place] = m;
        second[place] = v;
        value[place] -= step_size * m / (v.sqrt() + eps);
    }
}

/// The tensor in memory that nothing else holds.
fn own(tensor: FloatTensor<Cube>) -> FloatTensor<Cube> {
    let tensor = Cube::contiguous(tensor);
    if tensor.can_mut() {
        tensor
    } else {
        tensor.copy()
    }
}

impl AdamBackend for Cube {
    fn adam(
        value: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        rule: Adam,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let (value, first, second) = (own(value), own(first), own(second));
        let (count, units) = elementwise(&value);
        adam_kernel::launch(
            &value.client,
            count,
            units,
            value.clone().into_buffer_arg(),
            first.clone().into_buffer_arg(),
            second.clone().into_buffer_arg(),
            Self::contiguous(gradient).into_buffer_arg(),
            rule.keep1,
            rule.take1,
            rule.keep2,
            rule.take2,
            rule.eps,
            rule.step_size,
        );
        (value, first, second)
    }
}
