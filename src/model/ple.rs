//! PLE (Tang et al., RecSys 2020) with scenarios for tasks: experts of each scenario beside shared
//! ones, mixed by gates.
//!
//! At a level, with x_k the input of scenario k and x_s the shared one (both h¹ at the first level):
//!
//! - scenario gate: w_k = softmax(G_k x_k), x_k' = Σ_j w_kj E_j over k's own experts E_k(x_k) and the
//!   shared E_s(x_s);
//! - shared gate, at every level but the last: w_s = softmax(G_s x_s), x_s' mixes *all* experts;
//! - after the last level, logit_k = tower_k(x_k'), and a row takes its own scenario's.
//!
//! A row of an unknown scenario takes the mean of all towers' logits.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData, activation::softmax};

use super::batch::{Batch, Forward};
use super::config::PleConfig;
use super::dnn::Dnn;
use super::groups::Groups;
use super::layout::InputLayout;
use super::linear::{Linear, dense};
use super::mlp::Mlp;
use crate::ops;
use crate::random::Stream;

/// PLE of one (CGC) or two levels.
#[derive(Module, Debug)]
pub struct Ple {
    /// The levels, from the input.
    pub levels: Vec<Level>,
    /// One tower a scenario.
    pub towers: Vec<Dnn>,
}

/// The experts and gates of a level.
#[derive(Module, Debug)]
pub struct Level {
    /// n_s experts of scenario 0, then those of scenario 1, …
    pub specific: Vec<Mlp>,
    /// n_sh experts of all.
    pub shared: Vec<Mlp>,
    /// One gate a scenario, over its own and the shared experts.
    pub gates: Vec<Linear>,
    /// The gate over all experts; none at the last level.
    pub shared_gate: Option<Linear>,
}

impl Level {
    fn init(
        input: usize,
        widths: &[usize],
        (scenarios, last): (usize, bool),
        config: &PleConfig,
        random: &mut Stream,
        device: &Device,
    ) -> Self {
        let (ns, nsh) = (config.specific, config.shared);
        let mut experts = |count: usize| -> Vec<Mlp> {
            (0..count)
                .map(|_| Mlp::init(input, widths, random, device))
                .collect()
        };
        let (specific, shared) = (experts(scenarios * ns), experts(nsh));
        let gates = (0..scenarios)
            .map(|_| Linear::init(input, ns + nsh, random, device))
            .collect();
        let shared_gate =
            (!last).then(|| Linear::init(input, scenarios * ns + nsh, random, device));
        Self {
            specific,
            shared,
            gates,
            shared_gate,
        }
    }

    /// What all experts, the specific and then the shared ones, give for `input` \[batch, d_in\]: \[batch, n, width\].
    /// Their first layers are one wide layer.
    fn all(&self, input: Tensor<2>) -> Tensor<3> {
        let experts: Vec<&Mlp> = self.specific.iter().chain(&self.shared).collect();
        let (batch, count) = (input.dims()[0], experts.len());
        let first = |e: &&Mlp| (e.layers[0].weight.val(), e.layers[0].bias.val());
        let (weights, biases): (Vec<_>, Vec<_>) = experts.iter().map(first).unzip();
        let hidden = dense(input, Tensor::cat(weights, 0), Tensor::cat(biases, 0), true);
        let width = hidden.dims()[1] / count;
        if experts.iter().all(|e| e.layers.len() == 1) {
            return hidden.reshape([batch, count, width]);
        }
        let outputs = experts.iter().enumerate().map(|(j, expert)| {
            let own = hidden.clone().narrow(1, j * width, width);
            expert.layers[1..]
                .iter()
                .fold(own, |h, layer| layer.activate(h))
        });
        Tensor::stack(outputs.collect(), 1)
    }

    /// The experts of scenario `k`.
    fn own(&self, k: usize) -> &[Mlp] {
        let each = self.specific.len() / self.gates.len();
        &self.specific[k * each..(k + 1) * each]
    }

    /// What each row's own experts give for sorted rows of known scenarios: n_s of \[batch, width\].
    fn own_experts(&self, groups: &Groups, input: &Tensor<2>) -> Vec<Tensor<2>> {
        let each = self.own(0).len();
        let depth = self.specific[0].layers.len();
        let expert = |j: usize| {
            (0..depth).fold(input.clone(), |h, l| {
                let layer = |k: Option<usize>| {
                    let expert = &self.specific[k? * each + j];
                    Some(expert.layers[l].parameters())
                };
                groups.dense(h, layer, true)
            })
        };
        (0..each).map(expert).collect()
    }

    /// What the experts of scenario `k` and the shared ones give, of what [`all`](Self::all) give.
    fn of(&self, k: usize, all: &Tensor<3>) -> Tensor<3> {
        let (each, specific) = (self.own(k).len(), self.specific.len());
        let own = all.clone().narrow(1, k * each, each);
        match self.shared.len() {
            0 => own,
            shared => Tensor::cat(vec![own, all.clone().narrow(1, specific, shared)], 1),
        }
    }

    /// x_k' and x_s' of sorted rows of known scenarios, at a level with a shared gate.
    fn mix(&self, groups: &Groups, input: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let all = self.all(input.clone());
        let gate = |k: Option<usize>| Some(self.gates[k?].parameters());
        let own = softmax(groups.dense(input.clone(), gate, false), 1);
        let own = self.spread(groups, own);
        let Some(gate) = &self.shared_gate else {
            let own = mix(own, all);
            return (own.clone(), own);
        };
        let shared = softmax(gate.forward(input), 1);
        // Both mixes of a row in one product, so that the gradient goes through all experts once.
        let mixed = mixture(Tensor::stack(vec![own, shared], 1), all);
        let part = |which: usize| mixed.clone().narrow(1, which, 1).squeeze_dim(1);
        (part(0), part(1))
    }

    /// Weights of a row's own and the shared experts, at their places among all; zero at those of other scenarios.
    fn spread(&self, groups: &Groups, weights: Tensor<2>) -> Tensor<2> {
        let (scenarios, shared) = (self.gates.len(), self.shared.len());
        let [rows, count] = weights.dims();
        let each = count - shared;
        let mut here = vec![0.0; rows * scenarios];
        for part in &groups.parts {
            if let Some(k) = part.scenario {
                part.rows
                    .clone()
                    .for_each(|row| here[row * scenarios + k] = 1.0);
            }
        }
        let here = TensorData::new(here, [rows, scenarios, 1]);
        let here = Tensor::<3>::from_data(here, &weights.device());
        let own: Tensor<3> = weights.clone().narrow(1, 0, each).unsqueeze_dim(1);
        let own = (own * here).reshape([rows, scenarios * each]);
        match shared {
            0 => own,
            _ => Tensor::cat(vec![own, weights.narrow(1, each, shared)], 1),
        }
    }
}

/// Σ_j w_j E_j: w \[batch, n\], E \[batch, n, width\] → \[batch, width\].
fn mix(weights: Tensor<2>, experts: Tensor<3>) -> Tensor<2> {
    mixture(weights.unsqueeze_dim(1), experts).squeeze_dim(1)
}

/// Σ_j w_j E_j for several lines of weights of a row, w \[batch, mixes, n\]: \[batch, mixes, width\].
fn mixture(weights: Tensor<3>, experts: Tensor<3>) -> Tensor<3> {
    if ops::run_on(&experts) {
        return ops::mixture(weights, experts);
    }
    weights.matmul(experts)
}

impl Ple {
    /// A network with a tower for each of the layout's scenarios.
    pub fn init(
        layout: &InputLayout,
        hidden: &[usize],
        config: &PleConfig,
        random: &mut Stream,
        device: &Device,
    ) -> Self {
        let scenarios = layout.scenarios;
        let mut width = layout.width;
        let levels = (0..config.levels)
            .map(|l| {
                let widths = &hidden[config.expert_layers(l, hidden.len())];
                let last = l + 1 == config.levels;
                let level = Level::init(width, widths, (scenarios, last), config, random, device);
                width = widths[widths.len() - 1];
                level
            })
            .collect();
        let tower = &hidden[hidden.len() - 1..];
        let towers = (0..scenarios)
            .map(|_| Dnn::init(width, tower, random, device))
            .collect();
        Self { levels, towers }
    }

    /// Logits of a batch.
    pub fn forward(&self, batch: &Batch<'_>) -> Forward {
        let groups = Groups::new(batch.scenario, self.towers.len());
        let input = groups.sort(batch.input.clone());
        let (known, rows) = (groups.known(), batch.scenario.len());
        let part = |from: usize, to: usize| input.clone().narrow(0, from, to - from);
        let logits = match known {
            0 => self.unknown(input),
            _ if known == rows => self.known(&groups, input),
            _ => {
                let known_rows = self.known(&groups, part(0, known));
                Tensor::cat(vec![known_rows, self.unknown(part(known, rows))], 0)
            }
        };
        Forward::of_logits(groups.restore(logits))
    }

    /// The level below the last, if there is one, and the last.
    fn levels(&self) -> (Option<&Level>, &Level) {
        let last = self.levels.len() - 1;
        (self.levels[..last].first(), &self.levels[last])
    }

    /// Logits of sorted rows of known scenarios.
    fn known(&self, groups: &Groups, input: Tensor<2>) -> Tensor<1> {
        let (below, last) = self.levels();
        let (own, shared) = match below {
            None => (input.clone(), input),
            Some(below) => below.mix(groups, input),
        };
        let gate = |k: Option<usize>| Some(last.gates[k?].parameters());
        let weights = softmax(groups.dense(own.clone(), gate, false), 1);
        let mut experts = last.own_experts(groups, &own);
        experts.extend(last.shared.iter().map(|e| e.forward(shared.clone())));
        let mixed = mix(weights, Tensor::stack(experts, 1));
        let hidden = (0..self.towers[0].layers.len()).fold(mixed, |h, l| {
            let layer = |k: Option<usize>| Some(self.towers[k?].layers[l].parameters());
            groups.dense(h, layer, true)
        });
        let output = |k: Option<usize>| Some(self.towers[k?].output.parameters());
        groups.dense(hidden, output, false).squeeze_dim(1)
    }

    /// The mean of all towers' logits.
    fn unknown(&self, input: Tensor<2>) -> Tensor<1> {
        let (below, last) = self.levels();
        let experts = below.unwrap_or(last).all(input.clone());
        let shared = below
            .and_then(|below| below.shared_gate.as_ref())
            .map(|gate| mix(softmax(gate.forward(input.clone()), 1), experts.clone()));
        let logits = (0..self.towers.len()).map(|k| {
            let first = below.unwrap_or(last);
            let gate = softmax(first.gates[k].forward(input.clone()), 1);
            let x = mix(gate, first.of(k, &experts));
            let mixed = match &shared {
                None => x,
                Some(shared) => {
                    let own = last.own(k).iter().map(|e| e.forward(x.clone()));
                    let shared = last.shared.iter().map(|e| e.forward(shared.clone()));
                    let gate = softmax(last.gates[k].forward(x.clone()), 1);
                    mix(gate, Tensor::stack(own.chain(shared).collect(), 1))
                }
            };
            self.towers[k].logits(mixed)
        });
        Tensor::stack::<2>(logits.collect(), 0)
            .mean_dim(0)
            .squeeze_dim(0)
    }
}
