//! Flags that several commands share, and how they become settings.

use clap::{Args, ValueEnum};

use crate::data::OnBadRow;
use crate::model::{
    Condition, Method, MutualInformationConfig, NetworkConfig, Variant, WeightingConfig,
};

/// `--model` of `train`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum MethodName {
    /// The backbone alone.
    Dnn,
    /// Decomposable weighting matrices.
    Dpg,
    /// DPG with the mutual-information regulariser.
    MiDpg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum VariantName {
    /// S is generated whole.
    Non,
    /// Both factors are generated.
    Rc,
    /// The row factor is generated, the column factor shared.
    R,
    /// The column factor is generated, the row factor shared.
    C,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ConditionName {
    /// The generators see [e; h].
    Input,
    /// The generators see e alone.
    Scenario,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OnBadRowName {
    /// Stop with an error that names file, line and column.
    Fail,
    /// Leave the row out and count it.
    Skip,
}

impl From<OnBadRowName> for OnBadRow {
    fn from(name: OnBadRowName) -> Self {
        match name {
            OnBadRowName::Fail => Self::Fail,
            OnBadRowName::Skip => Self::Skip,
        }
    }
}

/// What to do with a row that cannot be read.
#[derive(Debug, Args)]
pub(super) struct BadRows {
    /// What to do with a row that cannot be read
    #[arg(long, value_enum, default_value = "fail")]
    pub(super) on_bad_row: OnBadRowName,
}

/// The network's flags; each defaults to the paper's or the documented default.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub(super) struct Network {
    /// The method
    #[arg(long, value_enum, default_value = "mi-dpg")]
    pub(super) model: MethodName,
    /// How weighting matrices are decomposed (dpg, mi-dpg) [default: r]
    #[arg(long, value_enum)]
    variant: Option<VariantName>,
    /// Inner width d_k of the decomposition (dpg, mi-dpg) [default: 1]
    #[arg(long)]
    dk: Option<usize>,
    /// d_r = d_m / N (dpg, mi-dpg) [default: 8]
    #[arg(long, value_name = "N")]
    dr_div: Option<usize>,
    /// d_c = d_n / N (dpg, mi-dpg) [default: 8]
    #[arg(long, value_name = "N")]
    dc_div: Option<usize>,
    /// What the generators see (dpg, mi-dpg) [default: input]
    #[arg(long, value_enum)]
    condition: Option<ConditionName>,
    /// S = N * sigmoid(.) (dpg, mi-dpg) [default: 1]
    #[arg(long, value_name = "N")]
    gate_scale: Option<f32>,
    /// Weight of the mutual-information regulariser (mi-dpg) [default: 1]
    #[arg(long)]
    lambda: Option<f32>,
    /// Width of every embedding
    #[arg(long, default_value_t = 16)]
    embedding: usize,
    /// Widths of the hidden layers
    #[arg(long, value_delimiter = ',', default_value = "128,64,32")]
    hidden: Vec<usize>,
}

impl Network {
    /// The configuration, or the flag that the method does not have.
    pub(super) fn config(&self) -> Result<NetworkConfig, &'static str> {
        let given = [
            ("--variant", self.variant.is_some()),
            ("--dk", self.dk.is_some()),
            ("--dr-div", self.dr_div.is_some()),
            ("--dc-div", self.dc_div.is_some()),
            ("--condition", self.condition.is_some()),
            ("--gate-scale", self.gate_scale.is_some()),
        ];
        let superfluous = match self.model {
            MethodName::Dnn => given
                .iter()
                .find(|(_, given)| *given)
                .map(|(flag, _)| *flag),
            _ => None,
        };
        if let Some(flag) = superfluous {
            return Err(flag);
        }
        if self.lambda.is_some() && self.model != MethodName::MiDpg {
            return Err("--lambda");
        }
        let weighting = self.weighting();
        let method = match self.model {
            MethodName::Dnn => Method::Dnn,
            MethodName::Dpg => Method::Dpg { weighting },
            MethodName::MiDpg => {
                let default = MutualInformationConfig::default();
                let lambda = self.lambda.unwrap_or(default.lambda);
                Method::MiDpg {
                    weighting,
                    mutual_information: MutualInformationConfig { lambda, ..default },
                }
            }
        };
        Ok(NetworkConfig {
            embedding: self.embedding,
            hidden: self.hidden.clone(),
            method,
        })
    }

    fn weighting(&self) -> WeightingConfig {
        let default = WeightingConfig::default();
        WeightingConfig {
            variant: match self.variant {
                Some(VariantName::Non) => Variant::Non,
                Some(VariantName::Rc) => Variant::Rc,
                Some(VariantName::C) => Variant::C,
                Some(VariantName::R) => Variant::R,
                None => default.variant,
            },
            dk: self.dk.unwrap_or(default.dk),
            dr_div: self.dr_div.unwrap_or(default.dr_div),
            dc_div: self.dc_div.unwrap_or(default.dc_div),
            condition: match self.condition {
                Some(ConditionName::Input) => Condition::Input,
                Some(ConditionName::Scenario) => Condition::Scenario,
                None => default.condition,
            },
            gate_scale: self.gate_scale.unwrap_or(default.gate_scale),
        }
    }
}
