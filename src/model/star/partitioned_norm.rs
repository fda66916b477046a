//! Partitioned normalisation: each scenario's rows by their own mean and variance,
//! z' = (γ ⊙ γ_p) (z − μ_p) / √(v_p + ε) + (β + β_p).

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use crate::model::groups::Group;
use crate::model::linear::parameter;

const EPSILON: f32 = 1e-5;

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

/// One batch's statistics of a scenario.
#[derive(Debug, Clone)]
pub struct Moments {
    /// The place in [`PartitionedNorm::running`].
    place: usize,
    /// \[D\].
    mean: Tensor<1>,
    /// \[D\].
    variance: Tensor<1>,
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
        groups: &[Group],
        training: bool,
    ) -> (Tensor<2>, Vec<Moments>) {
        let all = self.scenarios();
        let whole = (training && sorted.dims()[0] > 1).then(|| Moments::of(all, sorted.clone()));
        let mut moments = Vec::new();
        let normalised = groups
            .iter()
            .map(|group| {
                let place = group.scenario.unwrap_or(all);
                let x = group.of(&sorted);
                let statistics = match (group.scenario, &whole) {
                    (None, whole) => whole.clone(),
                    (Some(_), Some(_)) if group.rows.len() > 1 => {
                        Some(Moments::of(place, x.clone()))
                    }
                    _ => None,
                };
                let (mean, variance) = match &statistics {
                    Some(m) => (m.mean.clone(), m.variance.clone()),
                    None => self.running[place].values(),
                };
                if group.scenario.is_some() {
                    moments.extend(statistics);
                }
                let scale = self.scale(group.scenario) / variance.add_scalar(EPSILON).sqrt();
                (x - mean.unsqueeze()) * scale.unsqueeze() + self.shift(group.scenario).unsqueeze()
            })
            .collect();
        moments.extend(whole);
        (Tensor::cat(normalised, 0), moments)
    }

    fn scale(&self, scenario: Option<usize>) -> Tensor<1> {
        let shared = self.shared.scale.val();
        match scenario {
            Some(k) => shared * self.specific[k].scale.val(),
            None => shared,
        }
    }

    fn shift(&self, scenario: Option<usize>) -> Tensor<1> {
        let shared = self.shared.shift.val();
        match scenario {
            Some(k) => shared + self.specific[k].shift.val(),
            None => shared,
        }
    }

    /// Moves the running statistics of the scenarios that occurred. Until 1 / (1 − m) batches have been
    /// seen they are the plain mean over batches, so that a short training is not measured with the
    /// values they started from.
    #[must_use]
    pub fn absorb(mut self, moments: Vec<Moments>) -> Self {
        for Moments {
            place,
            mean,
            variance,
        } in moments
        {
            let running = &mut self.running[place];
            let (old_mean, old_variance) = running.values();
            let seen = running.batches.val().detach();
            let keep = (seen.clone() / seen.clone().add_scalar(1.0)).clamp_max(self.momentum);
            let blend = |old: Tensor<1>, new: Tensor<1>| {
                let new = new.detach();
                Param::initialized(
                    burn::module::ParamId::new(),
                    (new.clone() + (old - new) * keep.clone()).detach(),
                )
            };
            running.mean = blend(old_mean, mean);
            running.variance = blend(old_variance, variance);
            running.batches =
                Param::initialized(burn::module::ParamId::new(), seen.add_scalar(1.0));
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
    /// Mean and biased variance of the rows of `x`.
    fn of(place: usize, x: Tensor<2>) -> Self {
        let mean = x.clone().mean_dim(0);
        let variance = (x - mean.clone()).square().mean_dim(0);
        Self {
            place,
            mean: mean.squeeze_dim(0),
            variance: variance.squeeze_dim(0),
        }
    }
}
