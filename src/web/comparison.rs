//! `Comparison`: the paper's Table 1 on one data set, trial by trial.

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use super::config;
use super::dataset::Dataset;
use super::error::{JsResult, js_error};
use super::trainer::Trainer;
use super::types::to_js;
use crate::compare::{self, Outcome, Plan, Settings, Trial};
use crate::error::{Error, ErrorKind};
use crate::model::{MethodName, MethodSettings, Variant};

/// The trials of a comparison and what came out of those that have been run.
#[wasm_bindgen]
pub struct Comparison {
    settings: Settings,
    trials: Vec<Trial>,
    outcomes: Vec<Option<Outcome>>,
}

/// What came of a trial, from its `done` event and its model.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Finished {
    best_epoch: usize,
    epochs: usize,
    valid_auc: Option<f64>,
    valid_logloss: Option<f64>,
    seconds: f64,
    report: Option<crate::metrics::Report>,
}

#[derive(Serialize)]
struct TrialInfo<'a> {
    method: &'a str,
    variant: Option<&'a str>,
    seed: u64,
}

#[wasm_bindgen]
impl Comparison {
    /// A comparison of `methods` over `trials` seeds each; `config` is what all runs share, and each method's settings
    /// are those in it that the method has. DPG's row is the best on validation of its variants r, rc and c.
    pub fn plan(
        #[wasm_bindgen(unchecked_param_type = "Method[]")] methods: JsValue,
        trials: usize,
        #[wasm_bindgen(unchecked_param_type = "TrainConfig")] config: JsValue,
    ) -> JsResult<Comparison> {
        let methods: Vec<MethodName> =
            serde_wasm_bindgen::from_value(methods).map_err(|error| {
                let message = format!("the list of methods is not valid: {error}");
                js_error(Error::new(ErrorKind::Config, message))
            })?;
        let (base, method) = config::parse_with_methods(config)?;
        let settings = Settings {
            methods,
            trials,
            tune: 0,
            variants: vec![Variant::R, Variant::Rc, Variant::C],
            method,
            base,
        };
        let trials = Plan::new(settings.clone()).map_err(js_error)?.trials();
        Ok(Self {
            settings,
            outcomes: vec![None; trials.len()],
            trials,
        })
    }

    /// How many trials there are.
    #[wasm_bindgen(getter)]
    pub fn count(&self) -> usize {
        self.trials.len()
    }

    /// Method, variant and seed of a trial.
    #[wasm_bindgen(unchecked_return_type = "ComparisonTrial")]
    pub fn trial(&self, index: usize) -> JsResult<JsValue> {
        let options = &self.at(index)?.options;
        let method = &options.network.method;
        to_js(&TrialInfo {
            method: method.name(),
            variant: method.weighting().map(|weighting| weighting.variant.name()),
            seed: options.seed,
        })
    }

    /// The run of a trial, on the device that was opened last.
    #[wasm_bindgen(unchecked_return_type = "Promise<Trainer>")]
    pub fn start(&self, index: usize, data: &Dataset) -> JsResult<js_sys::Promise> {
        let options = self.at(index)?.options.clone();
        Ok(Trainer::begin(data, options))
    }

    /// Takes what came of a trial.
    pub fn record(
        &mut self,
        index: usize,
        #[wasm_bindgen(unchecked_param_type = "ComparisonOutcome")] finished: JsValue,
    ) -> JsResult<()> {
        self.at(index)?;
        let finished: Finished = serde_wasm_bindgen::from_value(finished).map_err(|error| {
            let message = format!("the outcome of a trial is not valid: {error}");
            js_error(Error::new(ErrorKind::Usage, message))
        })?;
        self.outcomes[index] = Some(Outcome {
            key: index.to_string(),
            best_epoch: finished.best_epoch,
            epochs: finished.epochs,
            valid_auc: finished.valid_auc,
            valid_logloss: finished.valid_logloss,
            seconds: finished.seconds,
            report: finished.report,
        });
        Ok(())
    }

    /// The table of the methods whose trials have all been run; `null` before the first.
    #[wasm_bindgen(unchecked_return_type = "ComparisonTable | null")]
    pub fn table(&self) -> JsResult<JsValue> {
        match self.comparison()? {
            Some(comparison) => to_js(&comparison),
            None => Ok(JsValue::NULL),
        }
    }

    /// The same as CSV, one line a method and trial; empty before the first.
    pub fn csv(&self) -> JsResult<String> {
        match self.comparison()? {
            Some(comparison) => compare::csv(&comparison).map_err(js_error),
            None => Ok(String::new()),
        }
    }
}

impl Comparison {
    fn at(&self, index: usize) -> JsResult<&Trial> {
        self.trials.get(index).ok_or_else(|| {
            let message = format!("there is no trial {index} of {}", self.trials.len());
            js_error(Error::new(ErrorKind::Usage, message))
        })
    }

    fn comparison(&self) -> JsResult<Option<compare::Comparison>> {
        let of = |method: MethodName| {
            let name = MethodSettings::default().method(method).name();
            let pairs = self.trials.iter().zip(&self.outcomes);
            pairs
                .filter(move |(trial, _)| trial.options.network.method.name() == name)
                .map(|(_, outcome)| outcome)
        };
        let done: Vec<MethodName> = self
            .settings
            .methods
            .iter()
            .copied()
            .filter(|&method| of(method).all(Option::is_some))
            .collect();
        if done.is_empty() {
            return Ok(None);
        }
        let outcomes: Vec<Outcome> = done
            .iter()
            .flat_map(|&method| of(method).flatten().cloned())
            .collect();
        let settings = Settings {
            methods: done,
            ..self.settings.clone()
        };
        let plan = Plan::new(settings).map_err(js_error)?;
        Ok(Some(compare::Comparison::new(&plan, &outcomes)))
    }
}
