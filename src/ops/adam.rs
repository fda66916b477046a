//! A step of Adam where the parameters live; on a GPU one dispatch for each.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;

use crate::kernels::Adam;

/// A parameter and its moments, flat.
#[derive(Debug, Clone)]
pub(crate) struct AdamState {
    /// The parameter.
    pub(crate) value: Tensor<1>,
    /// m.
    pub(crate) first: Tensor<1>,
    /// v.
    pub(crate) second: Tensor<1>,
}

/// `state` after a step of `rule` along `gradient`, in the same memory where nothing else holds it.
pub(crate) fn adam(state: AdamState, gradient: Tensor<1>, rule: Adam) -> AdamState {
    let (value, first, second) = <Dispatch as AdamBackend>::adam(
        state.value.into_dispatch(),
        state.first.into_dispatch(),
        state.second.into_dispatch(),
        gradient.into_dispatch(),
        rule,
    );
    AdamState {
        value: Tensor::from_dispatch(value),
        first: Tensor::from_dispatch(first),
        second: Tensor::from_dispatch(second),
    }
}

/// Burn's backends with a step of Adam.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "webgpu"))]
pub(super) trait AdamBackend: Backend {
    fn adam(
        value: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        rule: Adam,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}
