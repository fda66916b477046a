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
use burn::backend::{Autodiff, Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;

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

/// What a backend brings for them.
pub(super) trait GroupedKernels: Backend {
    /// The rows of the groups as the kernels want them.
    type Rows: std::fmt::Debug + Clone + Send + 'static;

    fn rows_of_groups(rows: Vec<Range<usize>>, like: &FloatTensor<Self>) -> Self::Rows;

    fn grouped_forward(
        inputs: &Inputs<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self>;

    /// `output` is y where ReLU made it.
    fn grouped_backward(
        inputs: Inputs<Self>,
        output: Option<FloatTensor<Self>>,
        gradient: FloatTensor<Self>,
    ) -> InputGradients<Self>;
}

/// What both passes read.
#[derive(Debug, Clone)]
pub(super) struct Inputs<B: GroupedKernels> {
    /// x.
    pub(super) input: FloatTensor<B>,
    /// W.
    pub(super) weight: FloatTensor<B>,
    pub(super) rows: B::Rows,
}

/// The gradients of x, W and b.
pub(super) struct InputGradients<B: Backend> {
    pub(super) input: FloatTensor<B>,
    pub(super) weight: FloatTensor<B>,
    pub(super) bias: FloatTensor<B>,
}

without_gradients!(impl GroupedBackend {
    fn grouped(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        rows: Vec<Range<usize>>,
        relu: bool,
    ) -> FloatTensor<Self> {
        let rows = Self::rows_of_groups(rows, &input);
        Self::grouped_forward(&Inputs { input, weight, rows }, bias, relu)
    }
});

impl<B: GroupedKernels, C: CheckpointStrategy> GroupedBackend for Autodiff<B, C> {
    fn grouped(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        rows: Vec<Range<usize>>,
        relu: bool,
    ) -> FloatTensor<Self> {
        let nodes = [input.node(), weight.node(), bias.node()];
        let (input, weight) = (input.into_primitive(), weight.into_primitive());
        let rows = B::rows_of_groups(rows, &input);
        let inputs = Inputs {
            input,
            weight,
            rows,
        };
        let output = B::grouped_forward(&inputs, bias.into_primitive(), relu);
        match Grouped.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let state = State {
                    inputs,
                    output: relu.then(|| output.clone()),
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
struct State<B: GroupedKernels> {
    inputs: Inputs<B>,
    /// y, where ReLU made it.
    output: Option<FloatTensor<B>>,
}

impl<B: GroupedKernels> Backward<B, 3> for Grouped {
    type State = State<B>;

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let State { inputs, output } = ops.state;
        let gradient = grads.consume::<B>(&ops.node);
        let gradients = B::grouped_backward(inputs, output, gradient);
        let [input, weight, bias] = ops.parents;
        if let Some(node) = input {
            grads.register::<B>(node.id, gradients.input);
        }
        if let Some(node) = weight {
            grads.register::<B>(node.id, gradients.weight);
        }
        if let Some(node) = bias {
            grads.register::<B>(node.id, gradients.bias);
        }
    }
}
