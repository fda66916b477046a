//! The search space of each method, for `--tune`.
//!
//! | method | searched |
//! |---|---|
//! | all | learning rate 3e-4, 1e-3, 3e-3; OOV dropout 0, 0.1, 0.3 |
//! | PLE | levels 1, 2; own and shared experts 1, 2, 3 |
//! | STAR | auxiliary network 16, 32, 64-32; momentum 0.9, 0.99 |
//! | PEPNet | gates both, EPNet, PPNet; with PPNet, first input gated or not |
//! | AdaSparse | fusion, scaling, binarisation; but for scaling ε 0.1, 0.25 |
//! | APG | rank min/2, /4, /8, /16; group, mix, self; over-parameterised width none, 64 |
//! | DPG | variant non, rc, r, c; but for non d_k 1, 2, 4 and blocks 1/2, 1/4, 1/8, 1/16; gate scale 1, 2 |
//! | MI-DPG | as DPG, and λ 0.01, 0.1, 1 |

use rand::Rng;
use rand::seq::IndexedRandom;

use super::plan::Settings;
use crate::model::{
    AdaSparseConfig, ApgCondition, ApgConfig, Method, MethodName, MutualInformationConfig,
    PepNetConfig, PleConfig, PruningForm, StarConfig, Variant, WeightingConfig,
};
use crate::random::Stream;
use crate::train::TrainOptions;

/// Draws of distinct settings that are tried before a small space counts as exhausted.
const TRIES: usize = 1000;

/// `settings.tune` distinct settings of `method`: `base` first, then random ones of its space (fewer where the
/// space is smaller). The same seed gives the same settings.
pub fn candidates(
    method: MethodName,
    base: &TrainOptions,
    settings: &Settings,
) -> Vec<TrainOptions> {
    let (count, seed) = (settings.tune, settings.base.seed);
    let mut random = Stream::new(seed, &format!("search {}", base.network.method.name()));
    let mut out = vec![with_named_variant(base, &settings.variants)];
    for _ in 0..TRIES {
        if out.len() >= count {
            break;
        }
        let candidate = draw(method, base, &settings.variants, random.rng());
        if !out.contains(&candidate) && candidate.validate().is_ok() {
            out.push(candidate);
        }
    }
    out.truncate(count.max(1));
    out
}

/// The base, in a variant that is among those to choose from.
fn with_named_variant(base: &TrainOptions, variants: &[Variant]) -> TrainOptions {
    let mut options = base.clone();
    if let Method::Dpg { weighting } | Method::MiDpg { weighting, .. } = &mut options.network.method
        && !variants.contains(&weighting.variant)
        && let Some(first) = variants.first()
    {
        weighting.variant = *first;
    }
    options
}

fn draw(
    method: MethodName,
    base: &TrainOptions,
    variants: &[Variant],
    rng: &mut impl Rng,
) -> TrainOptions {
    let mut options = base.clone();
    options.lr = pick(&[3e-4, 1e-3, 3e-3], rng);
    options.oov_dropout = pick(&[0.0, 0.1, 0.3], rng);
    options.network.method = match method {
        MethodName::Dnn => Method::Dnn,
        MethodName::Ple => Method::Ple(PleConfig {
            levels: pick(&[1, 2], rng),
            specific: pick(&[1, 2, 3], rng),
            shared: pick(&[1, 2, 3], rng),
        }),
        MethodName::Star => Method::Star(StarConfig {
            auxiliary: [vec![16], vec![32], vec![64, 32]]
                .choose(rng)
                .cloned()
                .unwrap_or_default(),
            momentum: pick(&[0.9, 0.99], rng),
            ..Default::default()
        }),
        MethodName::Pepnet => {
            let (epnet, ppnet) = pick(&[(true, true), (true, false), (false, true)], rng);
            let gate_first_input = pick(&[true, false], rng);
            Method::PepNet(PepNetConfig {
                epnet,
                ppnet,
                // Without PPNet it means nothing: two settings would be one.
                gate_first_input: gate_first_input || !ppnet,
                ..Default::default()
            })
        }
        MethodName::Adasparse => {
            let forms = [
                PruningForm::Fusion,
                PruningForm::Scaling,
                PruningForm::Binarisation,
            ];
            let (form, epsilon) = (pick(&forms, rng), pick(&[0.1, 0.25], rng));
            let default = AdaSparseConfig::default();
            Method::AdaSparse(AdaSparseConfig {
                form,
                // Scaling has no threshold: two settings would be one.
                epsilon: match form {
                    PruningForm::Scaling => default.epsilon,
                    _ => epsilon,
                },
                ..default
            })
        }
        MethodName::Apg => Method::Apg(ApgConfig {
            condition: pick(
                &[ApgCondition::Group, ApgCondition::Mix, ApgCondition::Own],
                rng,
            ),
            rank_div: pick(&[2, 4, 8, 16], rng),
            over: pick(&[None, Some(64)], rng),
            ..Default::default()
        }),
        MethodName::Dpg => Method::Dpg {
            weighting: weighting(base, variants, rng),
        },
        MethodName::MiDpg => Method::MiDpg {
            weighting: weighting(base, variants, rng),
            mutual_information: MutualInformationConfig {
                lambda: pick(&[0.01, 0.1, 1.0], rng),
                ..Default::default()
            },
        },
    };
    options
}

/// What is not searched, the condition, is the base's; so are the sizes of factors that the variant does not have, as
/// settings that differ in these alone would be one.
fn weighting(base: &TrainOptions, variants: &[Variant], rng: &mut impl Rng) -> WeightingConfig {
    let base = base.network.method.weighting().cloned().unwrap_or_default();
    let drawn = WeightingConfig {
        variant: match variants {
            [] => base.variant,
            _ => pick(variants, rng),
        },
        dk: pick(&[1, 2, 4], rng),
        dr_div: pick(&[2, 4, 8, 16], rng),
        dc_div: pick(&[2, 4, 8, 16], rng),
        gate_scale: pick(&[1.0, 2.0], rng),
        ..base.clone()
    };
    match drawn.variant {
        Variant::Non => WeightingConfig {
            dk: base.dk,
            dr_div: base.dr_div,
            dc_div: base.dc_div,
            ..drawn
        },
        _ => drawn,
    }
}

fn pick<T: Copy>(values: &[T], rng: &mut impl Rng) -> T {
    values[rng.random_range(0..values.len())]
}
