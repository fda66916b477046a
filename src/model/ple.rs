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
use burn::tensor::{Device, Tensor, activation::softmax};

use super::batch::{Batch, Forward};
use super::config::PleConfig;
use super::dnn::Dnn;
use super::groups::Groups;
use super::layout::InputLayout;
use super::linear::Linear;
use super::mlp::Mlp;
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

    /// The experts of scenario `k`.
    fn own(&self, k: usize) -> &[Mlp] {
        let each = self.specific.len() / self.gates.len();
        &self.specific[k * each..(k + 1) * each]
    }
}

/// Σ_j softmax(gate)_j E_j: gate \[batch, n\], n experts \[batch, width\].
fn mix(gate: Tensor<2>, experts: Vec<Tensor<2>>) -> Tensor<2> {
    let weights = softmax(gate, 1).unsqueeze_dim::<3>(2);
    (Tensor::stack::<3>(experts, 1) * weights)
        .sum_dim(1)
        .squeeze_dim(1)
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
        let scenarios = self.towers.len();
        let groups = Groups::new(batch.scenario, scenarios);
        let input = groups.sort(batch.input.clone());
        let experts: Vec<Option<Experts>> = self
            .levels
            .iter()
            .map(|level| Experts::of(level, &input))
            .collect();
        // What the level below hands to the last level's shared experts.
        let below = experts.iter().flatten().next();
        let shared_input = below.map_or_else(|| input.clone(), |e| e.mixed.clone());
        let last = &self.levels[self.levels.len() - 1];
        let shared: Vec<Tensor<2>> = last
            .shared
            .iter()
            .map(|expert| expert.forward(shared_input.clone()))
            .collect();
        let logits = groups
            .parts
            .iter()
            .map(|group| {
                let path = |k: usize| {
                    let own_input = group.of(&input);
                    let x = match below {
                        None => own_input,
                        Some(below) => {
                            let level = &self.levels[0];
                            let each = level.own(k).len();
                            let own = &below.specific[k * each..(k + 1) * each];
                            let experts = own.iter().chain(&below.shared).map(|e| group.of(e));
                            mix(level.gates[k].forward(own_input), experts.collect())
                        }
                    };
                    let own = last.own(k).iter().map(|expert| expert.forward(x.clone()));
                    let experts = own.chain(shared.iter().map(|e| group.of(e))).collect();
                    let mixed = mix(last.gates[k].forward(x.clone()), experts);
                    self.towers[k].logits(mixed)
                };
                match group.scenario {
                    Some(k) => path(k),
                    None => Tensor::stack::<2>((0..scenarios).map(path).collect(), 0)
                        .mean_dim(0)
                        .squeeze_dim(0),
                }
            })
            .collect();
        Forward::of_logits(groups.restore(logits))
    }
}

/// What the experts of a level that is not the last give for every row.
struct Experts {
    specific: Vec<Tensor<2>>,
    shared: Vec<Tensor<2>>,
    /// x_s', the shared gate's mix of all of them.
    mixed: Tensor<2>,
}

impl Experts {
    fn of(level: &Level, input: &Tensor<2>) -> Option<Self> {
        let gate = level.shared_gate.as_ref()?;
        let all = |experts: &[Mlp]| -> Vec<Tensor<2>> {
            experts.iter().map(|e| e.forward(input.clone())).collect()
        };
        let (specific, shared) = (all(&level.specific), all(&level.shared));
        let experts = specific.iter().chain(&shared).cloned().collect();
        let mixed = mix(gate.forward(input.clone()), experts);
        Some(Self {
            specific,
            shared,
            mixed,
        })
    }
}
