//! The methods' settings as one flat list of options, as a command line and a web page give them.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use super::{
    AdaSparseConfig, ApgCondition, ApgConfig, Condition, Method, MutualInformationConfig,
    PepNetConfig, PleConfig, PruningForm, StarConfig, Variant, WeightingConfig,
};
use crate::error::{Error, ErrorKind, Result, quote};

/// A method by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum MethodName {
    /// The backbone alone
    Dnn,
    /// Experts of each scenario beside shared ones
    Ple,
    /// Each scenario's own factors of shared weights
    Star,
    /// Gates on embeddings and on hidden units
    Pepnet,
    /// Hidden units pruned by scenario
    Adasparse,
    /// Generated low-rank parameters
    Apg,
    /// Decomposable weighting matrices
    Dpg,
    /// DPG with the mutual-information regulariser
    MiDpg,
}

/// PEPNet's gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Gates {
    /// EPNet and PPNet
    Both,
    /// On the embeddings, by the scenario
    Epnet,
    /// On the layers' inputs, by who and what the impression is of
    Ppnet,
}

/// Every method's settings; what is left out has the documented default.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[cfg_attr(feature = "cli", command(next_help_heading = "Method"))]
pub struct MethodSettings {
    /// How weighting matrices are decomposed (dpg, mi-dpg) [default: r]
    #[cfg_attr(feature = "cli", arg(long, value_enum))]
    pub variant: Option<Variant>,
    /// Inner width d_k of the decomposition (dpg, mi-dpg; not the variant non) [default: 1]
    #[cfg_attr(feature = "cli", arg(long))]
    pub dk: Option<usize>,
    /// d_r = d_m / N (dpg, mi-dpg; not the variant non) [default: 8]
    #[cfg_attr(feature = "cli", arg(long, value_name = "N"))]
    pub dr_div: Option<usize>,
    /// d_c = d_n / N (dpg, mi-dpg; not the variant non) [default: 8]
    #[cfg_attr(feature = "cli", arg(long, value_name = "N"))]
    pub dc_div: Option<usize>,
    /// What the generators see (dpg, mi-dpg) [default: input]
    #[cfg_attr(feature = "cli", arg(long, value_enum))]
    pub condition: Option<Condition>,
    /// S = N * sigmoid(.) (dpg, mi-dpg) [default: 1]
    #[cfg_attr(feature = "cli", arg(long, value_name = "N"))]
    pub gate_scale: Option<f32>,
    /// Weight of the mutual-information regulariser (mi-dpg) [default: 1]
    #[cfg_attr(feature = "cli", arg(long))]
    pub lambda: Option<f32>,
    /// Levels of experts, 1 or 2 (ple) [default: 2]
    #[cfg_attr(feature = "cli", arg(long, value_name = "N"))]
    pub levels: Option<usize>,
    /// Experts of each scenario, per level (ple) [default: 1]
    #[cfg_attr(feature = "cli", arg(long, value_name = "N"))]
    pub specific_experts: Option<usize>,
    /// Experts that all scenarios share, per level (ple) [default: 1]
    #[cfg_attr(feature = "cli", arg(long, value_name = "N"))]
    pub shared_experts: Option<usize>,
    /// Which gates there are (pepnet) [default: both]
    #[cfg_attr(feature = "cli", arg(long, value_enum))]
    pub gates: Option<Gates>,
    /// Whether the first layer's input is gated too (pepnet with PPNet) [default: true]
    #[cfg_attr(feature = "cli", arg(long, value_name = "BOOL"))]
    pub gate_first_input: Option<bool>,
    /// How a neuron's factor is made (adasparse) [default: fusion]
    #[cfg_attr(feature = "cli", arg(long, value_enum))]
    pub pruning: Option<PruningForm>,
    /// What parameters are generated from (apg) [default: group]
    #[cfg_attr(feature = "cli", arg(long, value_enum))]
    pub apg_condition: Option<ApgCondition>,
    /// Rank k = min(d_n, d_m) / N (apg) [default: 8]
    #[cfg_attr(feature = "cli", arg(long, value_name = "N"))]
    pub rank_div: Option<usize>,
    /// Inner width of the over-parameterised factors while training (apg) [default: none]
    #[cfg_attr(feature = "cli", arg(long, value_name = "P"))]
    pub over: Option<usize>,
}

impl MethodName {
    /// Every method, in the order of the paper's Table 1.
    pub const ALL: [Self; 8] = [
        Self::Dnn,
        Self::Ple,
        Self::Star,
        Self::Pepnet,
        Self::Adasparse,
        Self::Apg,
        Self::Dpg,
        Self::MiDpg,
    ];

    /// The name on the command line and in reports, as [`Method::name`].
    pub fn name(self) -> &'static str {
        match self {
            Self::Dnn => "dnn",
            Self::Ple => "ple",
            Self::Star => "star",
            Self::Pepnet => "pepnet",
            Self::Adasparse => "adasparse",
            Self::Apg => "apg",
            Self::Dpg => "dpg",
            Self::MiDpg => "mi-dpg",
        }
    }
}

impl fmt::Display for MethodName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for MethodName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|method| method.name() == text);
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            let what = format!("there is no method {}", quote(text));
            Error::new(ErrorKind::Config, what).hint(format!("one of {names}"))
        })
    }
}

impl MethodSettings {
    /// `method` with these settings; those it does not have are left out.
    pub fn method(&self, method: MethodName) -> Method {
        match method {
            MethodName::Dnn => Method::Dnn,
            MethodName::Ple => Method::Ple(self.ple()),
            MethodName::Star => Method::Star(StarConfig::default()),
            MethodName::Pepnet => Method::PepNet(self.pepnet()),
            MethodName::Adasparse => {
                let default = AdaSparseConfig::default();
                Method::AdaSparse(AdaSparseConfig {
                    form: self.pruning.unwrap_or(default.form),
                    ..default
                })
            }
            MethodName::Apg => Method::Apg(self.apg()),
            MethodName::Dpg => Method::Dpg {
                weighting: self.weighting(),
            },
            MethodName::MiDpg => {
                let default = MutualInformationConfig::default();
                Method::MiDpg {
                    weighting: self.weighting(),
                    mutual_information: MutualInformationConfig {
                        lambda: self.lambda.unwrap_or(default.lambda),
                        ..default
                    },
                }
            }
        }
    }

    fn weighting(&self) -> WeightingConfig {
        let default = WeightingConfig::default();
        WeightingConfig {
            variant: self.variant.unwrap_or(default.variant),
            dk: self.dk.unwrap_or(default.dk),
            dr_div: self.dr_div.unwrap_or(default.dr_div),
            dc_div: self.dc_div.unwrap_or(default.dc_div),
            condition: self.condition.unwrap_or(default.condition),
            gate_scale: self.gate_scale.unwrap_or(default.gate_scale),
        }
    }

    fn ple(&self) -> PleConfig {
        let default = PleConfig::default();
        PleConfig {
            levels: self.levels.unwrap_or(default.levels),
            specific: self.specific_experts.unwrap_or(default.specific),
            shared: self.shared_experts.unwrap_or(default.shared),
        }
    }

    fn pepnet(&self) -> PepNetConfig {
        let default = PepNetConfig::default();
        PepNetConfig {
            epnet: self.gates != Some(Gates::Ppnet),
            ppnet: self.gates != Some(Gates::Epnet),
            gate_first_input: self.gate_first_input.unwrap_or(default.gate_first_input),
            ..default
        }
    }

    fn apg(&self) -> ApgConfig {
        let default = ApgConfig::default();
        ApgConfig {
            condition: self.apg_condition.unwrap_or(default.condition),
            rank_div: self.rank_div.unwrap_or(default.rank_div),
            over: self.over,
            ..default
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_has_one_name_everywhere() {
        for method in MethodName::ALL {
            let name = method.to_string();
            assert_eq!(name.parse::<MethodName>().unwrap(), method);
            assert_eq!(MethodSettings::default().method(method).name(), name);
            let json = serde_json::Value::from(name);
            assert_eq!(serde_json::from_value::<MethodName>(json).unwrap(), method);
        }
        let error = "DNN".parse::<MethodName>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("one of dnn, ple"), "{error}");
    }
}
