//! The methods, each with its settings.

use serde::de;
use serde::{Deserialize, Deserializer, Serialize};

use super::{
    AdaSparseConfig, ApgConfig, MethodName, MutualInformationConfig, PepNetConfig, PleConfig,
    StarConfig, WeightingConfig,
};
use crate::document::{self, Tagged};

/// One of the paper's methods (Table 1).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
pub enum Method {
    /// The backbone alone: scenarios share everything.
    Dnn,
    /// Experts of each scenario beside shared ones, gated.
    Ple(PleConfig),
    /// Each scenario's own factors of the shared weights, normalised per scenario.
    Star(StarConfig),
    /// Gates on embeddings (EPNet) and on hidden units (PPNet).
    #[serde(rename = "pepnet")]
    PepNet(PepNetConfig),
    /// Hidden units pruned by scenario.
    #[serde(rename = "adasparse")]
    AdaSparse(AdaSparseConfig),
    /// Generated low-rank parameters.
    Apg(ApgConfig),
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

impl<'de> Deserialize<'de> for Method {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of(&Tagged::read(deserializer, "name")?).map_err(de::Error::custom)
    }
}

/// The settings of DPG beside its name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dpg {
    weighting: WeightingConfig,
}

/// The settings of MI-DPG.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MiDpg {
    weighting: WeightingConfig,
    mutual_information: MutualInformationConfig,
}

impl Method {
    fn of(table: &Tagged) -> Result<Self, document::Error> {
        match table.tag.parse().map_err(de::Error::custom)? {
            MethodName::Dnn => Ok(Self::Dnn),
            MethodName::Ple => table.rest().map(Self::Ple),
            MethodName::Star => table.rest().map(Self::Star),
            MethodName::Pepnet => table.rest().map(Self::PepNet),
            MethodName::Adasparse => table.rest().map(Self::AdaSparse),
            MethodName::Apg => table.rest().map(Self::Apg),
            MethodName::Dpg => table
                .rest()
                .map(|Dpg { weighting }| Self::Dpg { weighting }),
            MethodName::MiDpg => table.rest().map(|settings: MiDpg| Self::MiDpg {
                weighting: settings.weighting,
                mutual_information: settings.mutual_information,
            }),
        }
    }

    /// The method's name on the command line and in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Dnn => "dnn",
            Self::Ple(_) => "ple",
            Self::Star(_) => "star",
            Self::PepNet(_) => "pepnet",
            Self::AdaSparse(_) => "adasparse",
            Self::Apg(_) => "apg",
            Self::Dpg { .. } => "dpg",
            Self::MiDpg { .. } => "mi-dpg",
        }
    }

    /// The weighting matrices' settings, where the method has any.
    pub fn weighting(&self) -> Option<&WeightingConfig> {
        match self {
            Self::Dpg { weighting } | Self::MiDpg { weighting, .. } => Some(weighting),
            _ => None,
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

    /// DPG in the place of MI-DPG.
    #[cfg(feature = "train")]
    pub(super) fn without_discriminators(&self) -> Self {
        match self {
            Self::MiDpg { weighting, .. } => Self::Dpg {
                weighting: weighting.clone(),
            },
            other => other.clone(),
        }
    }

    /// The method as it stands in a model file: what training alone needs is gone (APG's
    /// over-parameterised factors are multiplied out).
    #[must_use]
    pub fn frozen(&self) -> Self {
        match self {
            Self::Apg(config) => Self::Apg(ApgConfig {
                over: None,
                ..config.clone()
            }),
            other => other.clone(),
        }
    }
}
