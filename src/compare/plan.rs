//! Which trials a comparison needs, and which settings each method's row is taken from.

use super::outcome::{Outcome, Trial};
use super::search::candidates;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Method, MethodName, MethodSettings, Variant, WeightingConfig};
use crate::train::TrainOptions;

/// The most trials of a method: their settings are made before the first runs.
pub const MOST_TRIALS: usize = 10_000;

/// What is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The methods, in the order of the table.
    pub methods: Vec<MethodName>,
    /// Trials of each; trial i has the seed `base.seed + i`.
    pub trials: usize,
    /// Settings tried per method before the trials; 0 and 1 mean the defaults alone.
    pub tune: usize,
    /// The variants of DPG that are tried: without `tune` each runs every trial, and the best on validation is
    /// DPG's row.
    pub variants: Vec<Variant>,
    /// Settings of the methods; each takes those that it has.
    pub method: MethodSettings,
    /// What all runs share; its network's method is replaced.
    pub base: TrainOptions,
}

/// The settings a method may still end up with.
#[derive(Debug, Clone)]
struct Candidates {
    method: MethodName,
    options: Vec<TrainOptions>,
}

/// The trials of a comparison, in one or two rounds.
#[derive(Debug, Clone)]
pub struct Plan {
    settings: Settings,
    rows: Vec<Candidates>,
}

impl Plan {
    /// A plan; nothing has been run.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] without methods or trials, for a method that is named twice, when a method cannot
    /// have these settings, or the last trial this seed.
    pub fn new(settings: Settings) -> Result<Self> {
        let bad = |what: &str, hint: &str| Err(Error::new(ErrorKind::Config, what).hint(hint));
        if settings.methods.is_empty() {
            return bad(
                "there are no methods to compare",
                "name some: --methods all",
            );
        }
        if settings.trials == 0 {
            return bad(
                "0 trials compare nothing",
                "ask for at least 1: --trials 10",
            );
        }
        if settings.trials > MOST_TRIALS {
            return bad(
                &format!("{} trials are over {MOST_TRIALS}", settings.trials),
                "change --trials",
            );
        }
        if settings.variants.is_empty() {
            return bad(
                "there are no variants of dpg to choose from",
                "name some: --variants r,rc,c,non",
            );
        }
        let mut rows: Vec<Candidates> = Vec::new();
        for &method in &settings.methods {
            if rows.iter().any(|row| row.method == method) {
                return bad("a method is named twice", "name each once: --methods a,b,c");
            }
            let base = with_method(&settings.base, settings.method.method(method));
            let options = if settings.tune > 1 {
                candidates(method, &base, &settings)
            } else if method == MethodName::Dpg {
                variants(&base, &settings.variants)
            } else {
                vec![base]
            };
            for options in &options {
                options.validate()?;
                // The last trial's seed is the largest: it would fail when all others have been run.
                let last = options.seed.saturating_add(settings.trials as u64 - 1);
                let options = TrainOptions {
                    seed: last,
                    ..options.clone()
                };
                options.validate()?;
            }
            rows.push(Candidates { method, options });
        }
        Ok(Self { settings, rows })
    }

    /// What is compared.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The trials that choose each method's settings by validation; none without `tune`.
    pub fn tuning(&self) -> Vec<Trial> {
        if self.settings.tune <= 1 {
            return Vec::new();
        }
        self.rows
            .iter()
            .flat_map(|row| {
                row.options.iter().map(|options| Trial {
                    options: options.clone(),
                    measured: false,
                })
            })
            .collect()
    }

    /// How many trials there will be once the settings are chosen.
    pub fn tuned_trials(&self) -> usize {
        let left = |row: &Candidates| match self.settings.tune {
            0 | 1 => row.options.len(),
            _ => 1,
        };
        self.rows.iter().map(left).sum::<usize>() * self.settings.trials
    }

    /// Keeps of each method the settings that validated best, given the outcomes of
    /// [`tuning`](Self::tuning) in its order.
    #[must_use]
    pub fn tuned(mut self, outcomes: &[Outcome]) -> Self {
        let select = self.settings.base.select;
        let mut outcomes = outcomes.iter();
        for row in &mut self.rows {
            let scores: Vec<Option<f64>> = outcomes
                .by_ref()
                .take(row.options.len())
                .map(|outcome| outcome.validation(select))
                .collect();
            let best = best_of(&scores);
            row.options = vec![row.options[best].clone()];
        }
        self
    }

    /// The trials of the table: for each method, for each of its settings that are left, every seed.
    pub fn trials(&self) -> Vec<Trial> {
        let mut out = Vec::new();
        for row in &self.rows {
            for options in &row.options {
                out.extend((0..self.settings.trials as u64).map(|i| Trial {
                    options: TrainOptions {
                        seed: options.seed.wrapping_add(i),
                        ..options.clone()
                    },
                    measured: true,
                }));
            }
        }
        out
    }

    /// Of each method the settings and outcomes of its row: where several settings are left (DPG's
    /// variants), those with the best mean on validation. `outcomes` are those of
    /// [`trials`](Self::trials), in its order.
    ///
    /// # Panics
    /// When there are fewer outcomes than trials.
    pub fn rows<'a>(
        &'a self,
        outcomes: &'a [Outcome],
    ) -> Vec<(MethodName, &'a TrainOptions, &'a [Outcome])> {
        let select = self.settings.base.select;
        let mut rest = outcomes;
        let mut out = Vec::new();
        for row in &self.rows {
            let (own, others) = rest.split_at(row.options.len() * self.settings.trials);
            rest = others;
            let groups: Vec<&[Outcome]> = own.chunks(self.settings.trials).collect();
            let scores: Vec<Option<f64>> = groups
                .iter()
                .map(|group| {
                    let scores: Option<Vec<f64>> =
                        group.iter().map(|o| o.validation(select)).collect();
                    scores.map(|scores| scores.iter().sum::<f64>() / scores.len() as f64)
                })
                .collect();
            let best = best_of(&scores);
            out.push((row.method, &row.options[best], groups[best]));
        }
        out
    }
}

/// The place of the largest score; the first where there is none.
fn best_of(scores: &[Option<f64>]) -> usize {
    let mut best = 0;
    for (i, score) in scores.iter().enumerate() {
        if score.is_some() && (scores[best].is_none() || *score > scores[best]) {
            best = i;
        }
    }
    best
}

fn with_method(base: &TrainOptions, method: Method) -> TrainOptions {
    let mut options = base.clone();
    options.network.method = method;
    options
}

/// DPG's row is its best variant on validation.
fn variants(base: &TrainOptions, variants: &[Variant]) -> Vec<TrainOptions> {
    let given = base.network.method.weighting().cloned().unwrap_or_default();
    variants
        .iter()
        .map(|&variant| {
            let weighting = WeightingConfig {
                variant,
                ..given.clone()
            };
            with_method(base, Method::Dpg { weighting })
        })
        .collect()
}
