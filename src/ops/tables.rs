//! Embedding tables that live on a GPU: a batch's input from them, and the lazy Adam of the rows that it uses.
//!
//! What a batch uses comes as one list of integers and one of numbers, two uploads a step: a WebGPU kernel may have eight
//! buffers, and each upload costs a call.

#![allow(
    clippy::too_many_arguments,
    reason = "Burn's extensions take tensors one by one"
)]

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::tensor::{Int, Tensor};

use crate::kernels::Adam;

/// All tables of a model, one after another, and their moments: \[rows · dim\] each.
#[derive(Debug)]
pub(crate) struct Tables {
    /// The rows.
    pub(crate) values: Tensor<1>,
    /// m.
    pub(crate) first: Tensor<1>,
    /// v.
    pub(crate) second: Tensor<1>,
}

/// The sizes of a batch and where the parts of its lists begin; the parts themselves are named in `train::resident`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shape {
    /// Rows of the batch.
    pub(crate) rows: usize,
    /// Columns of h¹, and those of e at its start.
    pub(crate) width: usize,
    pub(crate) aware: usize,
    /// Columns of an embedding.
    pub(crate) dim: usize,
    /// Embedded fields.
    pub(crate) slots: usize,
    /// Ids that the batch uses, those of a bag each by itself.
    pub(crate) uses: usize,
    /// Distinct rows of the tables among them.
    pub(crate) touched: usize,
    /// Whether there are negative pairs.
    pub(crate) pairs: bool,
}

/// h¹ of a batch, \[rows, width\]: for each column what the map at the start of `plan` says, a sum over a slot's weighted
/// rows or a dense value.
pub(crate) fn gather(
    tables: &Tables,
    plan: &Tensor<1, Int>,
    numbers: &Tensor<1>,
    shape: Shape,
) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as TablesBackend>::gather(
        tables.values.clone().into_dispatch(),
        plan.clone().into_dispatch(),
        numbers.clone().into_dispatch(),
        shape,
    ))
}

/// Moves the touched rows, in place, by the gradient of h¹ and that of the negative pairs' e, where there are some.
pub(crate) fn update(
    tables: Tables,
    plan: Tensor<1, Int>,
    numbers: Tensor<1>,
    gradient: Tensor<2>,
    negatives: Option<Tensor<2>>,
    shape: Shape,
    rule: Adam,
) -> Tables {
    let device = gradient.device();
    // A kernel wants its buffer all the same.
    let negatives = negatives.unwrap_or_else(|| Tensor::zeros([1, 1], &device));
    let (values, first, second) = <Dispatch as TablesBackend>::update(
        tables.values.into_dispatch(),
        tables.first.into_dispatch(),
        tables.second.into_dispatch(),
        plan.into_dispatch(),
        numbers.into_dispatch(),
        gradient.into_dispatch(),
        negatives.into_dispatch(),
        shape,
        rule,
    );
    Tables {
        values: Tensor::from_dispatch(values),
        first: Tensor::from_dispatch(first),
        second: Tensor::from_dispatch(second),
    }
}

/// Burn's backends with tables.
#[backend_extension(Cube)]
pub(super) trait TablesBackend: Backend {
    fn gather(
        values: FloatTensor<Self>,
        plan: IntTensor<Self>,
        numbers: FloatTensor<Self>,
        shape: Shape,
    ) -> FloatTensor<Self>;

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
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}
