//! The decomposable weighting matrix module (DWM, §2.2): from (e, hˡ) to the compact s in (0,1).

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, activation::sigmoid};

use crate::kernels::Gate;
use crate::model::block::BlockShape;
use crate::model::config::{Condition, Variant, WeightingConfig};
use crate::model::linear::{Linear, parameter};
use crate::ops;
use crate::random::Stream;

/// A generator G: one linear layer, "a lightweight fully-connected network" (§2.2.1).
pub type Generator = Linear;

/// Makes s. Which factors are generated and which are parameters is the variant.
#[derive(Module, Debug)]
pub struct Weighting {
    /// Variant `non`: G → d_m·d_n, Eq. (2).
    pub full: Option<Generator>,
    /// Variants `rc` and `r`: G_R → d_r·d_k.
    pub row: Option<Generator>,
    /// Variants `rc` and `c`: G_C → d_k·d_c.
    pub column: Option<Generator>,
    /// Variant `c`: R_share, \[d_r, d_k\].
    pub row_shared: Option<Param<Tensor<2>>>,
    /// Variant `r`: C_share, \[d_k, d_c\].
    pub column_shared: Option<Param<Tensor<2>>>,
    #[module(skip)]
    shape: BlockShape,
    #[module(skip)]
    config: WeightingConfig,
}

impl Weighting {
    /// Generators Glorot-uniform with zero bias; shared factors N(0, 1/d_k), never zero, since two
    /// zero factors have no gradient. In `rc` the bias of G_C takes that part.
    pub fn init(
        shape: BlockShape,
        aware: usize,
        config: &WeightingConfig,
        random: &mut Stream,
        device: &Device,
    ) -> Self {
        let dk = config.dk;
        let width = aware
            + if config.condition == Condition::Input {
                shape.dn
            } else {
                0
            };
        let std = (1.0 / dk as f32).sqrt();
        let generator =
            |size: usize, random: &mut Stream| Linear::init(width, size, random, device);
        let mut weighting = Self {
            full: None,
            row: None,
            column: None,
            row_shared: None,
            column_shared: None,
            shape,
            config: config.clone(),
        };
        match config.variant {
            Variant::Non => weighting.full = Some(generator(shape.dm * shape.dn, random)),
            Variant::Rc => {
                weighting.row = Some(generator(shape.dr * dk, random));
                let mut column = generator(dk * shape.dc, random);
                column.bias = parameter(random.normal(dk * shape.dc, std), [dk * shape.dc], device);
                weighting.column = Some(column);
            }
            Variant::R => {
                weighting.row = Some(generator(shape.dr * dk, random));
                weighting.column_shared = Some(parameter(
                    random.normal(dk * shape.dc, std),
                    [dk, shape.dc],
                    device,
                ));
            }
            Variant::C => {
                weighting.column = Some(generator(dk * shape.dc, random));
                weighting.row_shared = Some(parameter(
                    random.normal(shape.dr * dk, std),
                    [shape.dr, dk],
                    device,
                ));
            }
        }
        weighting
    }

    /// The shape of the matrix.
    pub fn shape(&self) -> BlockShape {
        self.shape
    }

    /// e \[batch, d_e\], hˡ \[batch, d_n\] → s \[batch, d_r, d_c\].
    pub fn forward(&self, e: Tensor<2>, hidden: Tensor<2>) -> Tensor<3> {
        let (dr, dc, dk) = (self.shape.dr, self.shape.dc, self.config.dk);
        let batch = e.dims()[0];
        let input = match self.config.condition {
            Condition::Input => Tensor::cat(vec![e, hidden], 1),
            Condition::Scenario => e,
        };
        if ops::run_on(&input) {
            return self.fused(input);
        }
        let row = |g: &Generator| g.forward(input.clone()).reshape([batch, dr, dk]);
        let column = |g: &Generator| g.forward(input.clone()).reshape([batch, dk, dc]);
        let raw = match self.factors() {
            Factors::Full(g) => g.forward(input).reshape([batch, dr, dc]),
            Factors::Both(r, c) => product(row(r), column(c), dk),
            Factors::Row(r, shared) => product(row(r), shared.val().unsqueeze(), dk),
            Factors::Column(shared, c) => product(shared.val().unsqueeze(), column(c), dk),
        };
        let s = sigmoid(raw);
        if self.config.gate_scale == 1.0 {
            s
        } else {
            s.mul_scalar(self.config.gate_scale)
        }
    }

    /// The generators' input → s, by our own kernels.
    fn fused(&self, input: Tensor<2>) -> Tensor<3> {
        let BlockShape { dr, dc, .. } = self.shape;
        let batch = input.dims()[0];
        let gate = Gate {
            dr,
            dc,
            dk: self.config.dk,
            scale: self.config.gate_scale,
        };
        let (left, right) = match self.factors() {
            Factors::Full(g) => {
                let u = g.forward(input).reshape([batch, dr, dc]);
                return ops::sigmoid(u, gate.scale);
            }
            Factors::Both(r, c) => (r.forward(input.clone()), c.forward(input)),
            Factors::Row(r, shared) => (r.forward(input), shared.val()),
            Factors::Column(shared, c) => (shared.val(), c.forward(input)),
        };
        ops::gate(batch, gate, left, right)
    }

    fn factors(&self) -> Factors<'_> {
        match (
            &self.full,
            &self.row,
            &self.column,
            &self.row_shared,
            &self.column_shared,
        ) {
            (_, Some(row), Some(column), ..) => Factors::Both(row, column),
            (_, Some(row), _, _, Some(shared)) => Factors::Row(row, shared),
            (_, _, Some(column), Some(shared), _) => Factors::Column(shared, column),
            (Some(full), ..) => Factors::Full(full),
            _ => unreachable!("`init` fills the fields of every variant"),
        }
    }
}

/// Where s comes from.
enum Factors<'a> {
    Full(&'a Generator),
    Both(&'a Generator, &'a Generator),
    Row(&'a Generator, &'a Param<Tensor<2>>),
    Column(&'a Param<Tensor<2>>, &'a Generator),
}

/// S_R S_C for a batch. With d_k = 1 it is an outer product, which broadcasting does without a
/// batch of tiny matrix products.
fn product(row: Tensor<3>, column: Tensor<3>, dk: usize) -> Tensor<3> {
    if dk == 1 {
        row * column
    } else {
        row.matmul(column)
    }
}
