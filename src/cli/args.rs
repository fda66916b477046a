//! Flags that several commands share, and how they become settings.

use clap::{Args, ValueEnum};

use crate::data::OnBadRow;
#[cfg(feature = "train")]
use crate::model::{MethodName, MethodSettings, NetworkConfig};

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

#[cfg(feature = "train")]
/// The network's flags; each defaults to the paper's or the documented default.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub(super) struct Network {
    /// The method
    #[arg(long, value_enum, default_value = "mi-dpg")]
    model: MethodName,
    /// Width of every embedding
    #[arg(long, default_value_t = 16)]
    embedding: usize,
    /// Widths of the hidden layers
    #[arg(long, value_delimiter = ',', default_value = "128,64,32")]
    hidden: Vec<usize>,
    #[command(flatten)]
    method: MethodSettings,
}

#[cfg(feature = "train")]
impl Network {
    /// The configuration, or the flag that the method does not have.
    pub(super) fn config(&self) -> Result<NetworkConfig, &'static str> {
        match self.method.superfluous(&[self.model]) {
            Some(flag) => Err(flag),
            None => Ok(NetworkConfig {
                embedding: self.embedding,
                hidden: self.hidden.clone(),
                method: self.method.method(self.model),
            }),
        }
    }
}
