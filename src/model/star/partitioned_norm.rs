//! Partitioned normalisation: each scenario's rows by their own mean and variance,
//! z' = (γ ⊙ γ_p) (z − μ_p) / √(v_p + ε) + (β + β_p).
//!
//! A column that does not vary within a scenario, as the scenario's own embedding, has z = μ_p and v_p = 0 in every batch, and
//! the weights behind it learn nothing. The running mean lags behind an embedding that moves, though, and 1/√ε would make
//! something large of the difference where training saw nothing: such a column is z' = β + β_p always.

use std::ops::Range;
use std::slice;

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Tensor, TensorData};

use crate::model::config::StarConfig;
use crate::model::groups::{Group, index};
use crate::model::linear::parameter;

/// γ and β of all and of every scenario, and the running statistics.
#[derive(Module, Debug)]
pub struct PartitionedNorm {
    /// γ and β.
    pub shared: Affine,
    /// γ_p and β_p.
    pub specific: Vec<Affine>,
    /// Statistics of every scenario, and last those of all rows, for unknown scenarios.
    pub running: Vec<Running>,
    #[module(skip)]
    momentum: f32,
}

/// A scale and a shift.
#[derive(Module, Debug)]
pub struct Affine {
    /// γ, \[D\], from 1.
    pub scale: Param<Tensor<1>>,
    /// β, \[D\], from 0.
    pub shift: Param<Tensor<1>>,
}

/// Statistics that training gathers and prediction uses; no gradient moves them.
#[derive(Module, Debug)]
pub struct Running {
    /// μ, \[D\].
    pub mean: Param<Tensor<1>>,
    /// v, \[D\].
    pub variance: Param<Tensor<1>>,
    /// Batches seen, \[1\].
    pub batches: Param<Tensor<1>>,
}

/// One batch's statistics of some scenarios.
#[derive(Debug, Clone)]
pub struct Moments {
    /// The places in [`PartitionedNorm::running`].
    places: Vec<usize>,
    /// \[places, D\].
    mean: Tensor<2>,
    /// \[places, D\].
    variance: Tensor<2>,
}

impl Affine {
    fn init(width: usize, device: &Device) -> Self {
        Self {
            scale: parameter(vec![1.0; width], [width], device),
            shift: parameter(vec![0.0; width], [width], device),
        }
    }
}

impl PartitionedNorm {
    /// For inputs of `width` columns; starts as the identity for inputs of mean 0 and variance 1.
    pub fn init(width: usize, scenarios: usize, momentum: f32, device: &Device) -> Self {
        let affine = || Affine::init(width, device);
        let running = || Running {
            mean: parameter(vec![0.0; width], [width], device),
            variance: parameter(vec![1.0; width], [width], device),
            batches: parameter(vec![0.0], [1], device),
        };
        Self {
            shared: affine(),
            specific: (0..scenarios).map(|_| affine()).collect(),
            running: (0..=scenarios).map(|_| running()).collect(),
            momentum,
        }
    }

    /// Number of scenarios.
    pub fn scenarios(&self) -> usize {
        self.specific.len()
    }

    /// Normalises each group of `sorted` \[batch, D\]; with `training`, by its own statistics, which are
    /// handed back for [`absorb`](Self::absorb). A group of one row has no variance: it takes the running
    /// statistics and leaves them alone.
    pub fn forward(
        &self,
        sorted: Tensor<2>,
        parts: &[Group],
        training: bool,
    ) -> (Tensor<2>, Vec<Moments>) {
        let (all, rows) = (self.scenarios(), sorted.dims()[0]);
        let training = training && rows > 1;
        let (own, others): (Vec<&Group>, Vec<&Group>) = parts
            .iter()
            .partition(|part| training && part.scenario.is_some() && part.rows.len() > 1);
        let of = |parts: &[&Group]| -> Vec<Range<usize>> {
            parts.iter().map(|part| part.rows.clone()).collect()
        };
        let mut moments = Vec::new();
        let (mut mean, mut variance) = (Vec::new(), Vec::new());
        if !own.is_empty() {
            let places = own.iter().filter_map(|part| part.scenario).collect();
            let own = Moments::of(places, &sorted, &of(&own));
            mean.push(own.mean.clone());
            variance.push(own.variance.clone());
            moments.push(own);
        }
        let whole = training.then(|| Moments::of(vec![all], &sorted, slice::from_ref(&(0..rows))));
        for part in &others {
            let (m, v) = match (part.scenario, &whole) {
                (None, Some(whole)) => (whole.mean.clone(), whole.variance.clone()),
                (place, _) => {
                    let (m, v) = self.running[place.unwrap_or(all)].values();
                    (m.unsqueeze(), v.unsqueeze())
                }
            };
            mean.push(m);
            variance.push(v);
        }
        moments.extend(whole);

        let ordered = [own, others].concat();
        let (scale, shift) = self.affine(&ordered);
        let variance = Tensor::cat(variance, 0);
        let varies = variance.clone().greater_elem(StarConfig::CONSTANT).float();
        let scale = scale * varies / variance.add_scalar(StarConfig::EPSILON).sqrt();
        let which = part_of_each(rows, &of(&ordered));
        let which = index(&which, &sorted.device());
        let of_each = |parts: Tensor<2>| parts.select(0, which.clone());
        let centred = sorted - of_each(Tensor::cat(mean, 0));
        (centred * of_each(scale) + of_each(shift), moments)
    }

    /// γ ⊙ γ_p and β + β_p of each part, \[parts, D\]; an unknown scenario, which comes last, has γ and β.
    fn affine(&self, parts: &[&Group]) -> (Tensor<2>, Tensor<2>) {
        let known: Vec<usize> = parts.iter().filter_map(|part| part.scenario).collect();
        let (scale, shift) = (self.shared.scale.val(), self.shared.shift.val());
        let (scale, shift): (Tensor<2>, Tensor<2>) = (scale.unsqueeze(), shift.unsqueeze());
        if known.is_empty() {
            return (scale, shift);
        }
        let own = |of: fn(&Affine) -> &Param<Tensor<1>>| -> Tensor<2> {
            let each = known.iter().map(|&k| of(&self.specific[k]).val());
            Tensor::stack(each.collect(), 0)
        };
        let scales = scale.clone() * own(|affine| &affine.scale);
        let shifts = shift.clone() + own(|affine| &affine.shift);
        if known.len() == parts.len() {
            return (scales, shifts);
        }
        (
            Tensor::cat(vec![scales, scale], 0),
            Tensor::cat(vec![shifts, shift], 0),
        )
    }

    /// Moves the running statistics of the scenarios that occurred. Until 1 / (1 − m) batches have been
    /// seen they are the plain mean over batches, so that a short training is not measured with the
    /// values they started from.
    #[must_use]
    pub fn absorb(mut self, moments: Vec<Moments>) -> Self {
        for Moments {
            places,
            mean,
            variance,
        } in moments
        {
            let old = |of: fn(&Running) -> &Param<Tensor<1>>| -> Tensor<2> {
                let each = places
                    .iter()
                    .map(|&place| of(&self.running[place]).val().detach());
                Tensor::stack(each.collect(), 0)
            };
            let seen = old(|running| &running.batches);
            let after = seen.clone().add_scalar(1.0);
            let keep = (seen / after.clone()).clamp_max(self.momentum);
            let blend = |old: Tensor<2>, new: Tensor<2>| {
                let new = new.detach();
                new.clone() + (old - new) * keep.clone()
            };
            let mean = blend(old(|running| &running.mean), mean);
            let variance = blend(old(|running| &running.variance), variance);
            for (row, place) in places.into_iter().enumerate() {
                let own = |of_all: &Tensor<2>| {
                    let own = of_all.clone().narrow(0, row, 1).squeeze_dim(0);
                    Param::initialized(ParamId::new(), own)
                };
                self.running[place] = Running {
                    mean: own(&mean),
                    variance: own(&variance),
                    batches: own(&after),
                };
            }
        }
        self
    }
}

impl Running {
    fn values(&self) -> (Tensor<1>, Tensor<1>) {
        (self.mean.val().detach(), self.variance.val().detach())
    }
}

impl Moments {
    /// Mean and biased variance of the rows of `x` in each of `parts`.
    fn of(places: Vec<usize>, x: &Tensor<2>, parts: &[Range<usize>]) -> Self {
        let (rows, device) = (x.dims()[0], x.device());
        let mut average = vec![0.0; parts.len() * rows];
        for (part, of_part) in parts.iter().zip(average.chunks_exact_mut(rows)) {
            of_part[part.clone()].fill(1.0 / part.len() as f32);
        }
        let average = TensorData::new(average, [parts.len(), rows]);
        let average = Tensor::<2>::from_data(average, &device);
        let mean = average.clone().matmul(x.clone());
        // A row outside of them takes some mean or other, and part in no average.
        let which = index(&part_of_each(rows, parts), &device);
        let centred = x.clone() - mean.clone().select(0, which);
        Self {
            places,
            mean,
            variance: average.matmul(centred.square()),
        }
    }
}

/// For each row the part it lies in, 0 if in none.
fn part_of_each(rows: usize, parts: &[Range<usize>]) -> Vec<i32> {
    let mut which = vec![0; rows];
    for (k, part) in parts.iter().enumerate() {
        which[part.clone()].fill(k as i32);
    }
    which
}
