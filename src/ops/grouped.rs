//! Dense layers of groups of rows, each group with weights of its own: y = W_k x + b_k or its positive part.
//!
//! One node in the graph, where a layer for every group makes a dozen each, and every group's gradient is laid into
//! zeros of the whole batch's size before they are added up.

use std::ops::Range;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, TensorMetadata, backend_extension};
use burn::tensor::{Shape, Slice, Tensor};

use super::dense::DenseKernels;

/// x \[batch, d_n\], W \[groups, d_m, d_n\], b \[groups, d_m\] → \[batch, d_m\]. The rows of the groups, of which there is
/// one at least, cover the batch in their order.
pub(crate) fn grouped(
    input: Tensor<2>,
    weight: Tensor<3>,
    bias: Tensor<2>,
    rows: Vec<Range<usize>>,
    relu: bool,
) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as GroupedBackend>::grouped(
        input.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        rows,
        relu,
    ))
}

/// Burn's backends with layers of groups.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "webgpu"), Autodiff)]
trait GroupedBackend: Backend {
    fn grouped(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        rows: Vec<Range<usize>>,
        relu: bool,
    ) -> FloatTensor<Self>;
}

without_gradients!(impl GroupedBackend {
    fn grouped(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        rows: Vec<Range<usize>>,
        relu: bool,
    ) -> FloatTensor<Self> {
        forward::<Self>(&input, &weight, &bias, &rows, relu)
    }
});

fn forward<B: DenseKernels>(
    input: &FloatTensor<B>,
    weight: &FloatTensor<B>,
    bias: &FloatTensor<B>,
    rows: &[Range<usize>],
    relu: bool,
) -> FloatTensor<B> {
    let outputs = rows.iter().enumerate().map(|(k, rows)| {
        let product = B::float_matmul(
            of_rows::<B>(input, rows),
            B::float_transpose(of_group::<B>(weight, k)),
        );
        B::add_bias(product, of_group::<B>(bias, k), relu)
    });
    B::float_cat(outputs.collect(), 0)
}

/// Some rows of \[batch, ·\].
fn of_rows<B: Backend>(tensor: &FloatTensor<B>, rows: &Range<usize>) -> FloatTensor<B> {
    B::float_slice(tensor.clone(), &[Slice::from(rows.clone())])
}

/// The k-th of \[groups, …\].
fn of_group<B: Backend>(tensor: &FloatTensor<B>, k: usize) -> FloatTensor<B> {
    let shape = Shape::from(tensor.shape()[1..].to_vec());
    B::float_reshape(
        B::float_slice(tensor.clone(), &[Slice::from(k..k + 1)]),
        shape,
    )
}

impl<B: DenseKernels, C: CheckpointStrategy> GroupedBackend for Autodiff<B, C> {
    fn grouped(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        rows: Vec<Range<usize>>,
        relu: bool,
    ) -> FloatTensor<Self> {
        let nodes = [input.node(), weight.node(), bias.node()];
        let (input, weight) = (input.into_primitive(), weight.into_primitive());
        let output = forward::<B>(&input, &weight, &bias.into_primitive(), &rows, relu);
        match Grouped.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let state = State {
                    input,
                    weight,
                    output: relu.then(|| output.clone()),
                    rows,
                };
                prep.finish(state, output)
            }
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }
}

#[derive(Debug)]
struct Grouped;

/// What the gradients need.
#[derive(Debug, Clone)]
struct State<B: Backend> {
    input: FloatTensor<B>,
    weight: FloatTensor<B>,
    /// y, where ReLU made it.
    output: Option<FloatTensor<B>>,
    rows: Vec<Range<usize>>,
}

impl<B: DenseKernels> Backward<B, 3> for Grouped {
    type State = State<B>;

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let State {
            input,
            weight,
            output,
            rows,
        } = ops.state;
        let gradient = grads.consume::<B>(&ops.node);
        let shape = weight.shape();
        let (dm, dn) = (shape[1], shape[2]);
        let mut d_input = Vec::with_capacity(rows.len());
        let mut d_weight = Vec::with_capacity(rows.len());
        let mut d_bias = Vec::with_capacity(rows.len());
        for (k, rows) in rows.iter().enumerate() {
            let output = output.as_ref().map(|output| of_rows::<B>(output, rows));
            let (gradient, bias) = B::bias_gradient(output, of_rows::<B>(&gradient, rows));
            d_input.push(B::float_matmul(gradient.clone(), of_group::<B>(&weight, k)));
            let product = B::float_matmul(B::float_transpose(gradient), of_rows::<B>(&input, rows));
            d_weight.push(B::float_reshape(product, Shape::new([1, dm, dn])));
            d_bias.push(B::float_reshape(bias, Shape::new([1, dm])));
        }
        let [input_node, weight_node, bias_node] = ops.parents;
        if let Some(node) = input_node {
            grads.register::<B>(node.id, B::float_cat(d_input, 0));
        }
        if let Some(node) = weight_node {
            grads.register::<B>(node.id, B::float_cat(d_weight, 0));
        }
        if let Some(node) = bias_node {
            grads.register::<B>(node.id, B::float_cat(d_bias, 0));
        }
    }
}
