//! APG (Yan et al., NeurIPS 2022): a layer's weights are U S V with S (k × k) generated for the row and
//! U, V shared; they are never multiplied out: y = V (S (U x)) + bias.
//!
//! In rows: t = x U (d_n × k), t' = t S_i, out = t' V (k × d_m) + b_i. S and (by default) b come from one linear
//! generator of the condition z; the bias of S's part starts at the identity, else the layer would
//! give next to nothing for the small embeddings training starts from. While training, U and V may be
//! products through a wider layer, U = U_l U_r with inner width P ≥ k.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, activation::relu};

use super::batch::{Batch, Forward};
use super::config::{ApgCondition, ApgConfig, ApgShape};
use super::layout::InputLayout;
use super::linear::{Linear, dense, parameter};
use crate::ops;
use crate::random::Stream;

/// APG.
#[derive(Module, Debug)]
pub struct Apg {
    /// Hidden layers with ReLU.
    pub layers: Vec<ApgLayer>,
    /// One logit; a plain layer.
    pub output: Linear,
    #[module(skip)]
    condition: ApgCondition,
    /// Columns of e, and with the mix-wise condition of the priors.
    #[module(skip)]
    columns: Vec<[usize; 2]>,
}

/// U or V: one matrix, or a product of two while training.
#[derive(Module, Debug)]
pub struct Factor {
    /// The matrix, or the left one of the product.
    pub left: Param<Tensor<2>>,
    /// The right one of the product.
    pub right: Option<Param<Tensor<2>>>,
}

/// One generated layer.
#[derive(Module, Debug)]
pub struct ApgLayer {
    /// U, \[d_n, k\].
    pub input: Factor,
    /// V, \[k, d_m\].
    pub output: Factor,
    /// z → vec(S), k·k, and after it b, d_m, where the bias is generated.
    pub generator: Linear,
    /// b, \[d_m\], where it is not.
    pub bias: Option<Param<Tensor<1>>>,
    #[module(skip)]
    rank: usize,
}

impl Factor {
    fn init(
        rows: usize,
        columns: usize,
        over: Option<usize>,
        random: &mut Stream,
        device: &Device,
    ) -> Self {
        let mut matrix = |m: usize, n: usize| parameter(random.glorot(m, n), [m, n], device);
        match over {
            None => Self {
                left: matrix(rows, columns),
                right: None,
            },
            Some(inner) => Self {
                left: matrix(rows, inner),
                right: Some(matrix(inner, columns)),
            },
        }
    }

    fn apply(&self, x: Tensor<2>) -> Tensor<2> {
        let x = product(x, self.left.val());
        match &self.right {
            Some(right) => product(x, right.val()),
            None => x,
        }
    }

    /// The same with a bias and ReLU.
    fn activate(&self, x: Tensor<2>, bias: Tensor<1>) -> Tensor<2> {
        let (x, last) = match &self.right {
            Some(right) => (product(x, self.left.val()), right.val()),
            None => (x, self.left.val()),
        };
        dense(x, last.transpose(), bias, true)
    }

    fn collapse(self) -> Self {
        match self.right {
            Some(right) => Self {
                left: Param::from_tensor(self.left.val().matmul(right.val()).detach()),
                right: None,
            },
            None => self,
        }
    }
}

/// x A: on the CPU by the kernels of a dense layer, which the scorer has too. On a GPU a product alone is one dispatch, and
/// a layer of a turned matrix takes more of them.
fn product(x: Tensor<2>, matrix: Tensor<2>) -> Tensor<2> {
    if !ops::run_on_cpu(&x) {
        return x.matmul(matrix);
    }
    let none = Tensor::zeros([matrix.dims()[1]], &x.device());
    dense(x, matrix.transpose(), none, false)
}

impl ApgLayer {
    fn init(shape: ApgShape, config: &ApgConfig, random: &mut Stream, device: &Device) -> Self {
        let ApgShape {
            dn,
            dm,
            rank,
            over,
            condition,
        } = shape;
        let size = rank * rank + if config.generated_bias { dm } else { 0 };
        let mut generator = Linear::init(condition, size, random, device);
        if config.identity_init {
            let bias = (0..size)
                .map(|i| f32::from(u8::from(i < rank * rank && i / rank == i % rank)))
                .collect();
            generator.bias = parameter(bias, [size], device);
        }
        Self {
            input: Factor::init(dn, rank, over, random, device),
            output: Factor::init(rank, dm, over, random, device),
            generator,
            bias: (!config.generated_bias).then(|| parameter(vec![0.0; dm], [dm], device)),
            rank,
        }
    }

    /// x \[batch, d_n\], z \[batch, q\] → max(0, V S U x + b), \[batch, d_m\].
    pub fn activate(&self, x: Tensor<2>, z: Tensor<2>) -> Tensor<2> {
        let generated = self.generator.forward(z);
        let t = self.product(self.input.apply(x), generated.clone());
        if let (Some(bias), true) = (&self.bias, ops::run_on_cpu(&t)) {
            return self.output.activate(t, bias.val());
        }
        let out = self.output.apply(t);
        match &self.bias {
            Some(bias) => relu(out + bias.val().unsqueeze()),
            None if ops::run_on(&out) => ops::row_bias(out, generated),
            None => {
                let ([_, size], [_, dm]) = (generated.dims(), out.dims());
                relu(out + generated.narrow(1, size - dm, dm))
            }
        }
    }

    /// t S: by our own operation where it runs, elsewhere the same from Burn's.
    fn product(&self, t: Tensor<2>, generated: Tensor<2>) -> Tensor<2> {
        if ops::run_on(&t) {
            return ops::row_product(t, generated);
        }
        let (batch, k) = (t.dims()[0], self.rank);
        let s: Tensor<3> = generated.narrow(1, 0, k * k).reshape([batch, k, k]);
        t.unsqueeze_dim::<3>(1).matmul(s).squeeze_dim(1)
    }
}

impl Apg {
    /// A network over `layout`.
    pub fn init(
        layout: &InputLayout,
        hidden: &[usize],
        config: &ApgConfig,
        random: &mut Stream,
        device: &Device,
    ) -> Self {
        let mut width = layout.width;
        let layers = hidden
            .iter()
            .enumerate()
            .map(|(l, &next)| {
                let shape = config.shape(l, (width, next), layout);
                width = next;
                ApgLayer::init(shape, config, random, device)
            })
            .collect();
        let mut columns = vec![[0, layout.aware]];
        if config.condition == ApgCondition::Mix {
            columns.extend(layout.priors.iter().map(|r| [r.start, r.end]));
        }
        Self {
            layers,
            output: Linear::init(width, 1, random, device),
            condition: config.condition,
            columns,
        }
    }

    /// Logits of a batch.
    pub fn forward(&self, batch: &Batch<'_>) -> Forward {
        let input = batch.input.clone();
        let columns = |&[start, end]: &[usize; 2]| input.clone().narrow(1, start, end - start);
        let z = match &self.columns[..] {
            [one] => columns(one),
            several => Tensor::cat(several.iter().map(columns).collect(), 1),
        };
        let hidden = self.layers.iter().fold(input, |h, layer| {
            let z = match self.condition {
                ApgCondition::Own => h.clone(),
                ApgCondition::Group | ApgCondition::Mix => z.clone(),
            };
            layer.activate(h, z)
        });
        Forward::of_logits(self.output.forward(hidden).squeeze_dim(1))
    }

    /// With U and V multiplied out.
    #[must_use]
    pub fn collapse(mut self) -> Self {
        for layer in std::mem::take(&mut self.layers) {
            self.layers.push(ApgLayer {
                input: layer.input.collapse(),
                output: layer.output.collapse(),
                ..layer
            });
        }
        self
    }
}
