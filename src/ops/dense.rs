//! The dense layer, y = W x + b or max(0, W x + b), with what follows the product in the same pass.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;

/// x \[batch, d_n\], W \[d_m, d_n\], b \[d_m\] → W x + b, \[batch, d_m\]; its positive part where `relu` asks for it.
pub(crate) fn dense(input: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>, relu: bool) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as DenseBackend>::dense(
        input.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        relu,
    ))
}

/// Burn's backends with a dense layer.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "webgpu"), Autodiff)]
trait DenseBackend: Backend {
    fn dense(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self>;
}

/// What a backend brings for it.
pub(super) trait DenseKernels: Backend {
    /// y.
    fn dense_forward(
        input: &FloatTensor<Self>,
        weight: &FloatTensor<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self>;

    /// From the gradient of y those of W x + b, g, and of b. `output` is y where ReLU made it.
    fn bias_gradient(
        output: Option<FloatTensor<Self>>,
        gradient: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// From g that of x, of every row Wᵀ g.
    fn input_gradient(gradient: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::float_matmul(gradient, weight)
    }

    /// From g that of W, Σ_rows g xᵀ.
    fn weight_gradient(gradient: FloatTensor<Self>, input: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::float_matmul(Self::float_transpose(gradient), input)
    }
}

without_gradients!(impl DenseBackend {
    fn dense(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self> {
        Self::dense_forward(&input, &weight, bias, relu)
    }
});

impl<B: DenseKernels, C: CheckpointStrategy> DenseBackend for Autodiff<B, C> {
    fn dense(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self> {
        let nodes = [input.node(), weight.node(), bias.node()];
        let (input, weight) = (input.into_primitive(), weight.into_primitive());
        let output = B::dense_forward(&input, &weight, bias.into_primitive(), relu);
        match Dense.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let state = State {
                    input,
                    weight,
                    output: relu.then(|| output.clone()),
                };
                prep.finish(state, output)
            }
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }
}

#[derive(Debug)]
struct Dense;

/// What the gradients need.
#[derive(Debug, Clone)]
struct State<B: Backend> {
    input: FloatTensor<B>,
    weight: FloatTensor<B>,
    /// y, where ReLU made it.
    output: Option<FloatTensor<B>>,
}

impl<B: DenseKernels> Backward<B, 3> for Dense {
    type State = State<B>;

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let State {
            input,
            weight,
            output,
        } = ops.state;
        let (gradient, d_bias) = B::bias_gradient(output, grads.consume::<B>(&ops.node));
        let [input_node, weight_node, bias_node] = ops.parents;
        if let Some(node) = input_node {
            grads.register::<B>(node.id, B::input_gradient(gradient.clone(), weight));
        }
        if let Some(node) = weight_node {
            grads.register::<B>(node.id, B::weight_gradient(gradient, input));
        }
        if let Some(node) = bias_node {
            grads.register::<B>(node.id, d_bias);
        }
    }
}
