//! The mutual-information regulariser (MIR, §2.3), repaired:
//!
//! L_mi = −(1/N) Σ_i [log T(e_i, S_i) + log(1 − T(e_π(i), S_i))], T = σ(f)
//!      = mean softplus(−f₊) + mean softplus(f₋) ≥ 0, and 2 log 2 at f = 0.
//!
//! Minimising it maximises the Jensen–Shannon estimate I_JSD = 2 log 2 − L_mi of the dependence of S
//! on e; T and the generators minimise it together.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, activation::log_sigmoid};

use super::config::MutualInformationConfig;
use super::dpg::ModulatedLinear;
use super::linear::parameter;
use crate::random::Stream;

/// The discriminator of one layer: the bilinear logit f(e, s) = eᵀ M vec(s) + b.
///
/// It sees the compact s: S only repeats its entries, so a bilinear form on S is one on s.
#[derive(Module, Debug)]
pub struct Discriminator {
    /// M, \[d_e, d_r·d_c\].
    pub weight: Option<Param<Tensor<2>>>,
    /// M = A Bᵀ where S is generated whole: A, \[d_e, rank\].
    pub left: Option<Param<Tensor<2>>>,
    /// Bᵀ, \[rank, d_m·d_n\].
    pub right: Option<Param<Tensor<2>>>,
    /// b, \[1\].
    pub bias: Param<Tensor<1>>,
}

impl Discriminator {
    /// Glorot-uniform M (or A and B), zero b.
    pub fn init(
        aware: usize,
        layer: &ModulatedLinear,
        config: &MutualInformationConfig,
        random: &mut Stream,
        device: &Device,
    ) -> Self {
        let size = layer.weighting.shape().len();
        let bias = parameter(vec![0.0], [1], device);
        if layer.weighting.full.is_some() {
            let rank = config.rank;
            let left = Some(parameter(random.glorot(aware, rank), [aware, rank], device));
            let right = Some(parameter(random.glorot(rank, size), [rank, size], device));
            Self {
                weight: None,
                left,
                right,
                bias,
            }
        } else {
            let weight = Some(parameter(random.glorot(aware, size), [aware, size], device));
            Self {
                weight,
                left: None,
                right: None,
                bias,
            }
        }
    }

    /// L_mi of one layer: e and its permuted rows \[batch, d_e\], s \[batch, d_r, d_c\] → \[1\].
    pub fn loss(&self, e: Tensor<2>, shuffled: Tensor<2>, s: Tensor<3>) -> Tensor<1> {
        let [batch, dr, dc] = s.dims();
        let s = s.reshape([batch, dr * dc]);
        // f is linear in e: what multiplies e is the same for the positive and the negative pair.
        let (e, shuffled, key) = match (&self.weight, &self.left, &self.right) {
            (Some(m), ..) => (e, shuffled, s.matmul(m.val().transpose())),
            (_, Some(a), Some(b)) => (
                e.matmul(a.val()),
                shuffled.matmul(a.val()),
                s.matmul(b.val().transpose()),
            ),
            _ => unreachable!("`init` fills the fields of either form"),
        };
        #[cfg(feature = "webgpu")]
        if crate::ops::run_all_on(&key.device()) {
            return crate::ops::pair_loss(e, shuffled, key, self.bias.val());
        }
        let logit =
            |e: Tensor<2>| (e * key.clone()).sum_dim(1).squeeze_dim::<1>(1) + self.bias.val();
        let positive = log_sigmoid(logit(e)).mean();
        let negative = log_sigmoid(logit(shuffled).neg()).mean();
        (positive + negative).neg()
    }
}

/// Mean over layers of L_mi: `e` and the e of the negative pairs, `shuffled`, \[batch, d_e\], the same for all layers.
pub fn loss(
    discriminators: &[Discriminator],
    e: Tensor<2>,
    shuffled: Tensor<2>,
    weighting: &[Tensor<3>],
) -> Option<Tensor<1>> {
    let terms: Vec<Tensor<1>> = discriminators
        .iter()
        .zip(weighting)
        .map(|(d, s)| d.loss(e.clone(), shuffled.clone(), s.clone()))
        .collect();
    let count = terms.len();
    terms
        .into_iter()
        .reduce(|a, b| a + b)
        .map(|sum| sum.div_scalar(count as f32))
}

/// The smallest L_mi a perfect discriminator can reach when S identifies e (methods §9.2):
/// Σ_d p_d log(1+p_d) + Σ_d p_d² log((1+p_d)/p_d), p_d the shares of the distinct values of e.
pub fn floor(counts: &[u64]) -> f64 {
    let total = counts.iter().sum::<u64>() as f64;
    counts
        .iter()
        .filter(|&&n| n > 0)
        .map(|&n| {
            let p = n as f64 / total;
            p * p.ln_1p() + p * p * ((1.0 + p) / p).ln()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_matches_its_published_values() {
        for (counts, expected) in [
            (vec![1; 3], 0.750),
            (vec![1; 4], 0.626),
            (vec![1; 10], 0.335),
            (vec![7, 2, 1], 0.948),
        ] {
            assert!(
                (floor(&counts) - expected).abs() < 6e-4,
                "{counts:?}: {}",
                floor(&counts)
            );
        }
        // One scenario has nothing to tell: the floor is L_mi of independence.
        assert!((floor(&[5]) - 2.0 * std::f64::consts::LN_2).abs() < 1e-12);
    }
}
