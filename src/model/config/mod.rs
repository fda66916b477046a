//! What a network is made of: the settings that, with the encoder, fix every tensor's shape.
//!
//! Free of Burn, since the model file, the scorer and the page read them too.

mod adasparse;
mod apg;
mod method;
mod pepnet;
mod ple;
mod settings;
mod star;
mod weighting;
mod without_effect;

pub use adasparse::{AdaSparseConfig, PruningForm};
pub use apg::{ApgCondition, ApgConfig, ApgShape};
pub use method::Method;
pub use pepnet::PepNetConfig;
pub use ple::PleConfig;
pub use settings::{Gates, MethodName, MethodSettings};
pub use star::{SpecificInit, StarConfig};
pub use weighting::{Condition, MutualInformationConfig, Variant, WeightingConfig};

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

/// The widest layer a network may have: a bound that keeps a hostile model file from asking for the
/// whole memory before its tensors have been looked at.
const MAX_WIDTH: usize = 1 << 15;

/// The most scenarios of a method in which each has parameters of its own.
pub const MAX_SCENARIOS: usize = 1024;

fn bad<T>(flag: &str, what: String) -> Result<T> {
    Err(Error::new(ErrorKind::Config, what).hint(format!("change {flag}")))
}

fn check_widths(flag: &str, widths: &[usize]) -> Result<()> {
    if widths.is_empty() || widths.len() > 16 {
        let what = format!(
            "{} hidden layers; between 1 and 16 are supported",
            widths.len()
        );
        return bad(flag, what);
    }
    match widths.iter().find(|w| !(1..=MAX_WIDTH).contains(*w)) {
        Some(width) => bad(
            flag,
            format!("a hidden layer of width {width} is not in 1..={MAX_WIDTH}"),
        ),
        None => Ok(()),
    }
}

impl NetworkConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`ErrorKind::Config`], naming the flag to change.
    pub fn validate(&self) -> Result<()> {
        if !(1..=4096).contains(&self.embedding) {
            return bad(
                "--embedding",
                format!("the embedding width {} is not in 1..=4096", self.embedding),
            );
        }
        check_widths("--hidden", &self.hidden)?;
        match &self.method {
            Method::Dnn => Ok(()),
            Method::Ple(config) => config.validate(&self.hidden),
            Method::Star(config) => config.validate(),
            Method::PepNet(config) => config.validate(),
            Method::AdaSparse(config) => config.validate(),
            Method::Apg(config) => config.validate(self.hidden.len()),
            Method::Dpg { weighting } => weighting.validate(),
            Method::MiDpg {
                weighting,
                mutual_information,
            } => {
                weighting.validate()?;
                mutual_information.validate()
            }
        }
    }

    /// Checks that the method can have parameters of its own for each of `scenarios` known scenarios.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] when there are none, or more than [`MAX_SCENARIOS`].
    pub fn check_scenarios(&self, scenarios: usize) -> Result<()> {
        let own = matches!(self.method, Method::Ple(_) | Method::Star(_));
        if !own || (1..=MAX_SCENARIOS).contains(&scenarios) {
            return Ok(());
        }
        let what = format!(
            "{} has parameters for every scenario and cannot have {scenarios} of them; between 1 and {MAX_SCENARIOS} are supported",
            self.method.name()
        );
        Err(Error::new(ErrorKind::Config, what)
            .hint("choose another --model, or another [scenario] in the schema"))
    }

    /// The settings as they stand in a model file; see [`Method::frozen`].
    #[must_use]
    pub fn frozen(&self) -> Self {
        Self {
            method: self.method.frozen(),
            ..self.clone()
        }
    }

    /// The network without what the regulariser of MI-DPG adds to it: DPG's.
    #[cfg(feature = "train")]
    pub(crate) fn without_discriminators(&self) -> Self {
        Self {
            method: self.method.without_discriminators(),
            ..self.clone()
        }
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
