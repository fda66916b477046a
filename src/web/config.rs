//! `TrainConfig`: the page's settings, everything optional.

use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::error::{JsResult, js_error};
use crate::error::{Error, ErrorKind};
use crate::model::{
    Condition, Method, MutualInformationConfig, NetworkConfig, Variant, WeightingConfig,
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

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum MethodName {
    Dnn,
    Dpg,
    MiDpg,
}

/// The settings of a JavaScript object.
pub(super) fn parse(config: JsValue) -> JsResult<TrainOptions> {
    let config: TrainConfig = serde_wasm_bindgen::from_value(config).map_err(|error| {
        js_error(Error::new(
            ErrorKind::Config,
            format!("the training configuration is not valid: {error}"),
        ))
    })?;
    let options = config.options();
    options.validate().map_err(js_error)?;
    Ok(options)
}

impl TrainConfig {
    fn options(self) -> TrainOptions {
        let (w, mi, t, n) = (
            WeightingConfig::default(),
            MutualInformationConfig::default(),
            TrainOptions::default(),
            NetworkConfig::default(),
        );
        let weighting = WeightingConfig {
            variant: self.variant.unwrap_or(w.variant),
            dk: self.dk.unwrap_or(w.dk),
            dr_div: self.dr_div.unwrap_or(w.dr_div),
            dc_div: self.dc_div.unwrap_or(w.dc_div),
            condition: self.condition.unwrap_or(w.condition),
            gate_scale: self.gate_scale.unwrap_or(w.gate_scale),
        };
        let method = match self.method {
            MethodName::Dnn => Method::Dnn,
            MethodName::Dpg => Method::Dpg { weighting },
            MethodName::MiDpg => Method::MiDpg {
                weighting,
                mutual_information: MutualInformationConfig {
                    lambda: self.lambda.unwrap_or(mi.lambda),
                    ..mi
                },
            },
        };
        TrainOptions {
            network: NetworkConfig {
                embedding: self.embedding.unwrap_or(n.embedding),
                hidden: self.hidden.unwrap_or(n.hidden),
                method,
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
        }
    }
}
