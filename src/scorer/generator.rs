//! Where a modulated layer's s comes from.

use super::network::Compile;
use super::parameters::Linear;
use crate::error::Result;
use crate::model::{Variant, WeightingConfig};

/// R and C, each of every row or of all. `D` is a dense layer: as the file has it, or packed.
#[derive(Debug, Clone)]
pub(super) enum Factors<D> {
    /// Variant `non`: s itself.
    Full(Generator<D>),
    /// Variant `rc`: R and C.
    Both(Generator<D>, Generator<D>),
    /// Variant `r`: R, and C of all rows.
    Row(Generator<D>, Vec<f32>),
    /// Variant `c`: R of all rows, and C.
    Column(Vec<f32>, Generator<D>),
}

/// A generator in two parts: what it makes of e, and of h where it sees h.
#[derive(Debug, Clone)]
pub(super) struct Generator<D> {
    pub(super) aware: D,
    pub(super) hidden: Option<D>,
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

impl<D> Generator<D> {
    fn map<E>(&self, pack: impl Fn(&D) -> E) -> Generator<E> {
        Generator {
            aware: pack(&self.aware),
            hidden: self.hidden.as_ref().map(pack),
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
}

impl<D> Factors<D> {
    /// The same with every dense layer packed.
    pub(super) fn map<E>(&self, pack: impl Fn(&D) -> E + Copy) -> Factors<E> {
        match self {
            Self::Full(g) => Factors::Full(g.map(pack)),
            Self::Both(r, c) => Factors::Both(r.map(pack), c.map(pack)),
            Self::Row(r, shared) => Factors::Row(r.map(pack), shared.clone()),
            Self::Column(shared, c) => Factors::Column(shared.clone(), c.map(pack)),
        }
    }
}
