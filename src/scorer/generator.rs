//! Where a modulated layer's s comes from.

use super::network::Compile;
use super::parameters::Linear;
use crate::error::Result;
use crate::model::{Variant, WeightingConfig};

/// R and C, each of every row or of all. `A` and `H` are dense layers: as the file has them, or packed.
#[derive(Debug, Clone)]
pub(super) enum Factors<A, H = A> {
    /// Variant `non`: s itself.
    Full(Generator<A, H>),
    /// Variant `rc`: R and C.
    Both(Generator<A, H>, Generator<A, H>),
    /// Variant `r`: R, and C of all rows.
    Row(Generator<A, H>, Vec<f32>),
    /// Variant `c`: R of all rows, and C.
    Column(Vec<f32>, Generator<A, H>),
}

/// A generator in two parts: what it makes of e, and of h where it sees h.
#[derive(Debug, Clone)]
pub(super) struct Generator<A, H = A> {
    pub(super) aware: A,
    pub(super) hidden: Option<H>,
}

impl Generator<Linear> {
    fn new(linear: Linear, aware: usize) -> Self {
        if linear.inputs == aware {
            return Self {
                aware: linear,
                hidden: None,
            };
        }
        let (first, rest) = linear.split(aware);
        Self {
            aware: first,
            hidden: Some(rest),
        }
    }
}

impl Generator<Linear> {
    fn map<A, H>(
        &self,
        aware: impl Fn(&Linear) -> A,
        hidden: impl Fn(&Linear) -> H,
    ) -> Generator<A, H> {
        Generator {
            aware: aware(&self.aware),
            hidden: self.hidden.as_ref().map(hidden),
        }
    }
}

impl Factors<Linear> {
    /// Those of the layer called `name`.
    pub(super) fn take(
        name: &str,
        config: &WeightingConfig,
        from: &mut Compile<'_>,
    ) -> Result<Self> {
        let aware = from.layout.aware;
        let name = format!("{name}.weighting");
        let mut generator = |part: &str| {
            let linear = from.parameters.linear(&format!("{name}.{part}"))?;
            Ok(Generator::new(linear, aware))
        };
        Ok(match config.variant {
            Variant::Non => Self::Full(generator("full")?),
            Variant::Rc => Self::Both(generator("row")?, generator("column")?),
            Variant::R => {
                let row = generator("row")?;
                let shared = from.parameters.take(&format!("{name}.column_shared"))?;
                Self::Row(row, shared.data)
            }
            Variant::C => {
                let column = generator("column")?;
                let shared = from.parameters.take(&format!("{name}.row_shared"))?;
                Self::Column(shared.data, column)
            }
        })
    }

    /// The same with every dense layer packed: what sees e and what sees h.
    pub(super) fn map<A, H>(
        &self,
        aware: impl Fn(&Linear) -> A + Copy,
        hidden: impl Fn(&Linear) -> H + Copy,
    ) -> Factors<A, H> {
        match self {
            Self::Full(g) => Factors::Full(g.map(aware, hidden)),
            Self::Both(r, c) => Factors::Both(r.map(aware, hidden), c.map(aware, hidden)),
            Self::Row(r, shared) => Factors::Row(r.map(aware, hidden), shared.clone()),
            Self::Column(shared, c) => Factors::Column(shared.clone(), c.map(aware, hidden)),
        }
    }
}
