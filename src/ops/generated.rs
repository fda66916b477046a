//! APG's row-wise matrices and biases, read where they lie among the generated numbers: t S, and max(0, x + b). Burn's
//! slices of them would be copies, and their gradients zeros of the whole size with a part laid into them.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, TensorMetadata, backend_extension};
use burn::tensor::{Shape, Tensor};

use super::Contiguous;

/// t \[batch, k\], generated \[batch, ≥ k²\] → t S, \[batch, k\], with S, row-major, at the start of a row's numbers.
pub(crate) fn row_product(t: Tensor<2>, generated: Tensor<2>) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as GeneratedBackend>::row_product(
        t.into_dispatch(),
        generated.into_dispatch(),
    ))
}

/// x \[batch, d\], generated \[batch, ≥ d\] → max(0, x + b), \[batch, d\], with b at the end of a row's numbers.
pub(crate) fn row_bias(x: Tensor<2>, generated: Tensor<2>) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as GeneratedBackend>::row_bias(
        x.into_dispatch(),
        generated.into_dispatch(),
    ))
}

/// Burn's backends with both.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "webgpu"), Autodiff)]
trait GeneratedBackend: Backend {
    fn row_product(t: FloatTensor<Self>, generated: FloatTensor<Self>) -> FloatTensor<Self>;
    fn row_bias(x: FloatTensor<Self>, generated: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// What a backend brings for them. All tensors lie in one piece.
pub(super) trait GeneratedKernels: Contiguous {
    /// t S.
    fn product(t: &FloatTensor<Self>, generated: &FloatTensor<Self>) -> FloatTensor<Self>;
    /// The gradients of t and of the generated numbers from that of t S.
    fn product_gradients(
        t: FloatTensor<Self>,
        generated: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
    /// max(0, x + b).
    fn bias(x: FloatTensor<Self>, generated: FloatTensor<Self>) -> FloatTensor<Self>;
    /// The gradients of x and of the generated numbers, which have `shape`, from max(0, x + b) and its gradient.
    fn bias_gradients(
        output: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        shape: Shape,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
}

without_gradients!(impl GeneratedBackend {
    fn row_product(t: FloatTensor<Self>, generated: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::product(&Self::contiguous(t), &Self::contiguous(generated))
    }

    fn row_bias(x: FloatTensor<Self>, generated: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::bias(Self::contiguous(x), Self::contiguous(generated))
    }
});

impl<B: GeneratedKernels, C: CheckpointStrategy> GeneratedBackend for Autodiff<B, C> {
    fn row_product(t: FloatTensor<Self>, generated: FloatTensor<Self>) -> FloatTensor<Self> {
        let nodes = [t.node(), generated.node()];
        let t = B::contiguous(t.into_primitive());
        let generated = B::contiguous(generated.into_primitive());
        let output = B::product(&t, &generated);
        match Product.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((t, generated), output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }

    fn row_bias(x: FloatTensor<Self>, generated: FloatTensor<Self>) -> FloatTensor<Self> {
        let nodes = [x.node(), generated.node()];
        let generated = B::contiguous(generated.into_primitive());
        let shape = generated.shape();
        let output = B::bias(B::contiguous(x.into_primitive()), generated);
        match Bias.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((output.clone(), shape), output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }
}

#[derive(Debug)]
struct Product;

impl<B: GeneratedKernels> Backward<B, 2> for Product {
    type State = (FloatTensor<B>, FloatTensor<B>);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (t, generated) = ops.state;
        let gradient = B::contiguous(grads.consume::<B>(&ops.node));
        let (t, generated) = B::product_gradients(t, generated, gradient);
        for (node, gradient) in ops.parents.into_iter().zip([t, generated]) {
            if let Some(node) = node {
                grads.register::<B>(node.id, gradient);
            }
        }
    }
}

#[derive(Debug)]
struct Bias;

impl<B: GeneratedKernels> Backward<B, 2> for Bias {
    type State = (FloatTensor<B>, Shape);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (output, shape) = ops.state;
        let gradient = B::contiguous(grads.consume::<B>(&ops.node));
        let (x, generated) = B::bias_gradients(output, gradient, shape);
        for (node, gradient) in ops.parents.into_iter().zip([x, generated]) {
            if let Some(node) = node {
                grads.register::<B>(node.id, gradient);
            }
        }
    }
}
