//! The table of a comparison, from the outcomes of its trials.

use std::collections::HashMap;

use serde::Serialize;

use super::outcome::Outcome;
use super::plan::Plan;
use crate::metrics::{MeanStd, ParameterCounts, Report, ScenarioReport, mean_std, paired_t_test};
use crate::model::MethodName;
use crate::train::TrainOptions;

/// A comparison: the paper's Table 1 for one data set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Trials of each method.
    pub trials: usize,
    /// Rows of the test part.
    pub test_rows: u64,
    /// One row a method.
    pub methods: Vec<MethodRow>,
    /// The method with the best mean AUC among those that are compared against (all but DPG and
    /// MI-DPG), which `*` at an AUC refers to.
    pub best_baseline: Option<String>,
    /// The one with the best mean LogLoss, which `*` at a LogLoss refers to.
    pub best_baseline_logloss: Option<String>,
    /// The same per scenario.
    pub scenarios: Vec<ScenarioRow>,
    /// On generated data the best possible figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<Best>,
}

/// A method's row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MethodRow {
    /// The method.
    pub method: String,
    /// The variant of DPG and MI-DPG.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// AUC on the test part.
    pub auc: Option<Figure>,
    /// LogLoss on the test part.
    pub logloss: Option<Figure>,
    /// Predicted over actual conversions on the test part; 1 is calibrated.
    pub calibration: Option<MeanStd>,
    /// Learned numbers.
    pub parameters: ParameterCounts,
    /// Wall-clock time of a trial.
    pub seconds: Option<MeanStd>,
    /// Share of the gap between a scenario-blind logistic regression and the best possible AUC, on
    /// generated data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auc_gap_closed: Option<MeanStd>,
    /// The same of LogLoss.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logloss_gap_closed: Option<MeanStd>,
    /// The settings of the first trial; the others differ in the seed.
    pub options: TrainOptions,
}

/// A metric over trials.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// Mean and standard deviation.
    pub over_trials: MeanStd,
    /// Half the width of the mean's 95 % interval, by Student's t.
    pub interval_95: Option<f64>,
    /// Relative gain over DNN in percent; positive is better for LogLoss too.
    pub gain_percent: Option<f64>,
    /// p of the paired t-test against the best baseline.
    pub p: Option<f64>,
    /// Better than the best baseline with p ≤ 0.05.
    pub significant: bool,
    /// Every trial's value.
    pub values: Vec<f64>,
}

/// A scenario's figures under every method.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScenarioRow {
    /// The scenario.
    pub scenario: String,
    /// Its rows in the test part.
    pub rows: u64,
    /// Its positive rows.
    pub positives: u64,
    /// Mean AUC by method, in the order of the table.
    pub auc: Vec<Option<MeanStd>>,
    /// Mean LogLoss by method.
    pub logloss: Vec<Option<MeanStd>>,
    /// Mean calibration by method.
    pub calibration: Vec<Option<MeanStd>>,
}

/// The yardsticks of generated data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Best {
    /// The best possible AUC.
    pub auc: Option<f64>,
    /// The best possible LogLoss.
    pub logloss: Option<f64>,
    /// A scenario-blind logistic regression's AUC.
    pub logistic_auc: Option<f64>,
    /// A scenario-blind logistic regression's LogLoss.
    pub logistic_logloss: Option<f64>,
}

const SIGNIFICANT: f64 = 0.05;

impl Comparison {
    /// The table of `plan`, given the outcomes of its trials in their order.
    ///
    /// # Panics
    /// When there are fewer outcomes than trials.
    pub fn new(plan: &Plan, outcomes: &[Outcome]) -> Self {
        let rows = plan.rows(outcomes);
        let metric = |get: fn(&Report) -> Option<f64>| -> Vec<Option<Vec<f64>>> {
            rows.iter()
                .map(|(_, _, outcomes)| over(outcomes, get))
                .collect()
        };
        let (auc, logloss) = (metric(|r| r.auc), metric(|r| r.logloss));
        let baseline = |values: &[Option<Vec<f64>>], sign: f64| -> Option<usize> {
            let means = values
                .iter()
                .map(|v| v.as_deref().and_then(mean_std).map(|m| sign * m.mean));
            rows.iter()
                .zip(means)
                .enumerate()
                .filter(|(_, ((method, ..), _))| is_baseline(*method))
                .filter_map(|(i, (_, mean))| Some((i, mean?)))
                .max_by(|a, b| a.1.total_cmp(&b.1))
                .map(|(i, _)| i)
        };
        let (best_auc, best_logloss) = (baseline(&auc, 1.0), baseline(&logloss, -1.0));
        let dnn = rows.iter().position(|(m, ..)| *m == MethodName::Dnn);
        let figures = |values: &[Option<Vec<f64>>], best: Option<usize>, sign: f64| {
            let base = dnn.and_then(|i| mean_std(values[i].as_deref()?));
            let best = best.and_then(|i| values[i].as_deref());
            values
                .iter()
                .map(|v| Figure::new(v.as_deref()?, base, best, sign))
                .collect::<Vec<_>>()
        };
        let auc_figures = figures(&auc, best_auc, 1.0);
        let logloss_figures = figures(&logloss, best_logloss, -1.0);
        let methods = rows
            .iter()
            .zip(auc_figures.into_iter().zip(logloss_figures))
            .map(|((_, options, outcomes), (auc, logloss))| {
                MethodRow::new(options, outcomes, auc, logloss)
            })
            .collect::<Vec<_>>();
        let first = outcomes.iter().find_map(|o| o.report.as_ref());
        Self {
            trials: plan.settings().trials,
            test_rows: first.map_or(0, |report| report.rows),
            best_baseline: best_auc.map(|i| methods[i].method.clone()),
            best_baseline_logloss: best_logloss.map(|i| methods[i].method.clone()),
            scenarios: scenarios(&rows, first),
            best: first.and_then(|r| r.truth).map(|truth| Best {
                auc: truth.best_auc,
                logloss: truth.best_logloss,
                logistic_auc: truth.logistic_auc,
                logistic_logloss: truth.logistic_logloss,
            }),
            methods,
        }
    }
}

/// Whether DPG and MI-DPG are measured against it.
fn is_baseline(method: MethodName) -> bool {
    !matches!(method, MethodName::Dpg | MethodName::MiDpg)
}

/// A metric of every trial; `None` unless all have it.
fn over(outcomes: &[Outcome], get: fn(&Report) -> Option<f64>) -> Option<Vec<f64>> {
    outcomes.iter().map(|o| get(o.report.as_ref()?)).collect()
}

impl Figure {
    fn new(values: &[f64], dnn: Option<MeanStd>, best: Option<&[f64]>, sign: f64) -> Option<Self> {
        let over_trials = mean_std(values)?;
        let test = best.and_then(|best| paired_t_test(values, best));
        let better = test.is_some_and(|t| sign * t.mean_difference > 0.0);
        Some(Self {
            over_trials,
            interval_95: over_trials.interval_95(),
            gain_percent: dnn
                .filter(|dnn| dnn.mean != 0.0)
                .map(|dnn| sign * (over_trials.mean / dnn.mean - 1.0) * 100.0),
            p: test.map(|t| t.p),
            significant: better && test.is_some_and(|t| t.p <= SIGNIFICANT),
            values: values.to_vec(),
        })
    }
}

impl MethodRow {
    fn new(
        options: &TrainOptions,
        outcomes: &[Outcome],
        auc: Option<Figure>,
        logloss: Option<Figure>,
    ) -> Self {
        let gap = |get| over(outcomes, get).and_then(|values| mean_std(&values));
        let seconds: Vec<f64> = outcomes.iter().map(|o| o.seconds).collect();
        let method = &options.network.method;
        Self {
            method: method.name().to_owned(),
            variant: method.weighting().map(|w| w.variant.name().to_owned()),
            auc,
            logloss,
            calibration: gap(|r| r.calibration),
            parameters: outcomes
                .iter()
                .find_map(|o| o.report.as_ref())
                .map(|report| report.parameters)
                .unwrap_or_default(),
            seconds: mean_std(&seconds),
            auc_gap_closed: gap(|r| r.truth?.auc_gap_closed),
            logloss_gap_closed: gap(|r| r.truth?.logloss_gap_closed),
            options: options.clone(),
        }
    }
}

fn scenarios(
    rows: &[(MethodName, &TrainOptions, &[Outcome])],
    first: Option<&Report>,
) -> Vec<ScenarioRow> {
    let Some(first) = first else {
        return Vec::new();
    };
    let parts: Vec<Vec<_>> = rows
        .iter()
        .map(|(_, _, outcomes)| outcomes.iter().map(by_name).collect())
        .collect();
    first
        .scenarios
        .iter()
        .map(|(name, part)| {
            let by_method = |get: fn(&ScenarioReport) -> Option<f64>| {
                parts
                    .iter()
                    .map(|outcomes| {
                        let values: Option<Vec<f64>> = outcomes
                            .iter()
                            .map(|parts| get(parts.as_ref()?.get(name)?))
                            .collect();
                        values.and_then(|values| mean_std(&values))
                    })
                    .collect()
            };
            ScenarioRow {
                scenario: name.to_owned(),
                rows: part.rows,
                positives: part.positives,
                auc: by_method(|part| part.auc),
                logloss: by_method(|part| part.logloss),
                calibration: by_method(|part| part.calibration),
            }
        })
        .collect()
}

/// The scenarios of an outcome by their names: there may be thousands, to be looked up for every method and trial.
fn by_name(outcome: &Outcome) -> Option<HashMap<&str, &ScenarioReport>> {
    Some(outcome.report.as_ref()?.scenarios.iter().collect())
}
