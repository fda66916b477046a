//! `TrainConfig`: the page's settings, everything optional.

use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::error::{JsResult, js_error};
use crate::error::{Error, ErrorKind};
use crate::model::{
    ApgCondition, Condition, Gates, MethodName, MethodSettings, NetworkConfig, PruningForm, Variant,
};
use crate::train::{Select, TrainOptions};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TrainConfig {
    method: MethodName,
    variant: Option<Variant>,
    dk: Option<usize>,
    dr_div: Option<usize>,
    dc_div: Option<usize>,
    condition: Option<Condition>,
    gate_scale: Option<f32>,
    lambda: Option<f32>,
    levels: Option<usize>,
    specific_experts: Option<usize>,
    shared_experts: Option<usize>,
    gates: Option<Gates>,
    gate_first_input: Option<bool>,
    pruning: Option<PruningForm>,
    apg_condition: Option<ApgCondition>,
    rank_div: Option<usize>,
    over: Option<usize>,
    embedding: Option<usize>,
    hidden: Option<Vec<usize>>,
    epochs: Option<usize>,
    patience: Option<usize>,
    batch: Option<usize>,
    lr: Option<f64>,
    seed: Option<u64>,
    oov_dropout: Option<f32>,
    select: Option<Select>,
    max_steps: Option<u64>,
}

/// The settings of a JavaScript object.
pub(super) fn parse(config: JsValue) -> JsResult<TrainOptions> {
    parse_with_methods(config).map(|(options, _)| options)
}

/// The same, and those of all methods that it has, whichever method it names.
pub(super) fn parse_with_methods(config: JsValue) -> JsResult<(TrainOptions, MethodSettings)> {
    let config: TrainConfig = serde_wasm_bindgen::from_value(config).map_err(|error| {
        js_error(Error::new(
            ErrorKind::Config,
            format!("the training configuration is not valid: {error}"),
        ))
    })?;
    let (options, settings) = config.options();
    options.validate().map_err(js_error)?;
    Ok((options, settings))
}

impl TrainConfig {
    fn options(self) -> (TrainOptions, MethodSettings) {
        let (t, n) = (TrainOptions::default(), NetworkConfig::default());
        let settings = MethodSettings {
            variant: self.variant,
            dk: self.dk,
            dr_div: self.dr_div,
            dc_div: self.dc_div,
            condition: self.condition,
            gate_scale: self.gate_scale,
            lambda: self.lambda,
            levels: self.levels,
            specific_experts: self.specific_experts,
            shared_experts: self.shared_experts,
            gates: self.gates,
            gate_first_input: self.gate_first_input,
            pruning: self.pruning,
            apg_condition: self.apg_condition,
            rank_div: self.rank_div,
            over: self.over,
        };
        let options = TrainOptions {
            network: NetworkConfig {
                embedding: self.embedding.unwrap_or(n.embedding),
                hidden: self.hidden.unwrap_or(n.hidden),
                method: settings.method(self.method),
            },
            epochs: self.epochs.unwrap_or(t.epochs),
            patience: self.patience.unwrap_or(t.patience),
            batch: self.batch.unwrap_or(t.batch),
            lr: self.lr.unwrap_or(t.lr),
            seed: self.seed.unwrap_or(t.seed),
            oov_dropout: self.oov_dropout.unwrap_or(t.oov_dropout),
            select: self.select.unwrap_or(t.select),
            max_steps: self.max_steps,
            ..t
        };
        (options, settings)
    }
}
