//! What a network is made of: the settings that, with the encoder, fix every tensor's shape.
//!
//! Free of Burn, since the model file, the scorer and the page read them too.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

/// A whole network: embedding width, backbone and method.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkConfig {
    /// Width of every embedding.
    pub embedding: usize,
    /// Widths of the backbone's hidden layers; the paper's is 128-64-32.
    pub hidden: Vec<usize>,
    /// The method and its own settings.
    pub method: Method,
}

/// One of the paper's methods (Table 1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Method {
    /// The backbone alone: scenarios share everything.
    Dnn,
    /// Decomposable weighting matrices (§2.2).
    Dpg {
        /// The weighting matrices.
        weighting: WeightingConfig,
    },
    /// DPG with the mutual-information regulariser (§2.3).
    MiDpg {
        /// The weighting matrices.
        weighting: WeightingConfig,
        /// The regulariser.
        mutual_information: MutualInformationConfig,
    },
}

/// How a layer's weighting matrix S is made (§2.2.1–2.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// Eq. (2): S is generated whole.
    Non,
    /// Eq. (3): both factors are generated.
    Rc,
    /// Eq. (4): the row factor is generated, the column factor is a parameter all scenarios share.
    R,
    /// Eq. (5): the column factor is generated, the row factor is shared.
    C,
}

/// What the generator of a weighting matrix sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// [e; hˡ], as in the paper: every impression has a matrix of its own.
    Input,
    /// e alone: one matrix per scenario, which folds into the weights at serving time.
    Scenario,
}

/// Settings of the weighting matrices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightingConfig {
    /// Which factors are generated.
    pub variant: Variant,
    /// Inner width d_k of the decomposition.
    pub dk: usize,
    /// d_r = max(1, d_m / `dr_div`).
    pub dr_div: usize,
    /// d_c = max(1, d_n / `dc_div`).
    pub dc_div: usize,
    /// What the generators see.
    pub condition: Condition,
    /// S = `gate_scale` · σ(·); 1 is the paper's, 2 starts the network as the plain DNN.
    pub gate_scale: f32,
}

impl Default for WeightingConfig {
    fn default() -> Self {
        Self {
            variant: Variant::R,
            dk: 1,
            dr_div: 8,
            dc_div: 8,
            condition: Condition::Input,
            gate_scale: 1.0,
        }
    }
}

/// Settings of the mutual-information regulariser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MutualInformationConfig {
    /// Weight λ of L_mi in the loss; the paper's is 1.
    pub lambda: f32,
    /// Rank of the discriminator's factors where S is generated whole (variant `non`).
    pub rank: usize,
}

impl Default for MutualInformationConfig {
    fn default() -> Self {
        Self {
            lambda: 1.0,
            rank: 16,
        }
    }
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self {
            embedding: 16,
            hidden: vec![128, 64, 32],
            method: Method::MiDpg {
                weighting: WeightingConfig::default(),
                mutual_information: MutualInformationConfig::default(),
            },
        }
    }
}

impl Method {
    /// The method's name on the command line and in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Dnn => "dnn",
            Self::Dpg { .. } => "dpg",
            Self::MiDpg { .. } => "mi-dpg",
        }
    }

    /// The weighting matrices' settings, where the method has any.
    pub fn weighting(&self) -> Option<&WeightingConfig> {
        match self {
            Self::Dnn => None,
            Self::Dpg { weighting } | Self::MiDpg { weighting, .. } => Some(weighting),
        }
    }

    /// The regulariser's settings, where the method has one.
    pub fn mutual_information(&self) -> Option<&MutualInformationConfig> {
        match self {
            Self::MiDpg {
                mutual_information, ..
            } => Some(mutual_information),
            _ => None,
        }
    }
}

/// The widest layer a network may have: a bound that keeps a hostile model file from asking for the
/// whole memory before its tensors have been looked at.
const MAX_WIDTH: usize = 1 << 15;

impl NetworkConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`ErrorKind::Config`], naming the flag to change.
    pub fn validate(&self) -> Result<()> {
        let bad = |flag: &str, what: String| {
            Err(Error::new(ErrorKind::Config, what).hint(format!("change {flag}")))
        };
        if !(1..=4096).contains(&self.embedding) {
            return bad(
                "--embedding",
                format!("the embedding width {} is not in 1..=4096", self.embedding),
            );
        }
        if self.hidden.is_empty() || self.hidden.len() > 16 {
            return bad(
                "--hidden",
                format!(
                    "{} hidden layers; between 1 and 16 are supported",
                    self.hidden.len()
                ),
            );
        }
        if let Some(width) = self.hidden.iter().find(|w| !(1..=MAX_WIDTH).contains(*w)) {
            return bad(
                "--hidden",
                format!("a hidden layer of width {width} is not in 1..={MAX_WIDTH}"),
            );
        }
        if let Some(weighting) = self.method.weighting() {
            for (flag, value) in [
                ("--dk", weighting.dk),
                ("--dr-div", weighting.dr_div),
                ("--dc-div", weighting.dc_div),
            ] {
                if !(1..=MAX_WIDTH).contains(&value) {
                    return bad(flag, format!("{flag} is {value}; it must be at least 1"));
                }
            }
            if !(weighting.gate_scale.is_finite() && weighting.gate_scale > 0.0) {
                return bad(
                    "--gate-scale",
                    format!(
                        "the gate scale {} is not a positive number",
                        weighting.gate_scale
                    ),
                );
            }
        }
        if let Some(mi) = self.method.mutual_information() {
            if !(mi.lambda.is_finite() && mi.lambda >= 0.0) {
                return bad(
                    "--lambda",
                    format!("lambda is {}; it must be a number of at least 0", mi.lambda),
                );
            }
            if !(1..=MAX_WIDTH).contains(&mi.rank) {
                return bad(
                    "the discriminator's rank",
                    format!("the rank {} is out of range", mi.rank),
                );
            }
        }
        Ok(())
    }

    /// Shapes of the weighting matrices, one per hidden layer, for an input of width `input`;
    /// empty where the method has none.
    pub fn block_shapes(&self, input: usize) -> Vec<crate::model::BlockShape> {
        let Some(weighting) = self.method.weighting() else {
            return Vec::new();
        };
        let mut dn = input;
        self.hidden
            .iter()
            .map(|&dm| {
                let shape = crate::model::BlockShape::new(dm, dn, weighting);
                dn = dm;
                shape
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_the_papers_and_survives_json() {
        let config = NetworkConfig::default();
        config.validate().unwrap();
        let json = serde_json::to_string(&config).unwrap();
        assert!(json.contains(r#""name":"mi-dpg""#), "{json}");
        assert_eq!(
            serde_json::from_str::<NetworkConfig>(&json).unwrap(),
            config
        );
    }

    #[test]
    fn a_setting_out_of_range_names_its_flag() {
        for (config, flag) in [
            (
                NetworkConfig {
                    embedding: 0,
                    ..Default::default()
                },
                "--embedding",
            ),
            (
                NetworkConfig {
                    hidden: vec![],
                    ..Default::default()
                },
                "--hidden",
            ),
            (
                NetworkConfig {
                    hidden: vec![8, 0],
                    ..Default::default()
                },
                "--hidden",
            ),
            (
                NetworkConfig {
                    method: Method::Dpg {
                        weighting: WeightingConfig {
                            dk: 0,
                            ..Default::default()
                        },
                    },
                    ..Default::default()
                },
                "--dk",
            ),
            (
                NetworkConfig {
                    method: Method::MiDpg {
                        weighting: WeightingConfig::default(),
                        mutual_information: MutualInformationConfig {
                            lambda: f32::NAN,
                            rank: 16,
                        },
                    },
                    ..Default::default()
                },
                "--lambda",
            ),
        ] {
            let error = config.validate().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.to_string().contains(flag), "{error}");
        }
    }
}
