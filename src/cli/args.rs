//! Flags that several commands share, and how they become settings.

use clap::{Args, ValueEnum};

use crate::data::OnBadRow;
#[cfg(feature = "train")]
use crate::error::{Error, ErrorKind, Result};
#[cfg(feature = "train")]
use crate::model::{MethodName, MethodSettings, NetworkConfig, Variant};

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
    /// The method [default: mi-dpg]
    #[arg(long, value_enum)]
    model: Option<MethodName>,
    /// Width of every embedding [default: 16]
    #[arg(long)]
    embedding: Option<usize>,
    /// Widths of the hidden layers [default: 128,64,32]
    #[arg(long, value_delimiter = ',')]
    hidden: Option<Vec<usize>>,
    #[command(flatten)]
    method: MethodSettings,
}

#[cfg(feature = "train")]
impl Network {
    /// The configuration; a flag that changes nothing of it is an error.
    pub(super) fn config(&self) -> Result<NetworkConfig> {
        let model = self.model.unwrap_or(MethodName::MiDpg);
        let default = NetworkConfig::default();
        let method = self.method.method(model);
        if let Some(flag) = self.method.superfluous(&[model]) {
            let message = format!("{flag} does not apply to this --model");
            return Err(Error::new(ErrorKind::Config, message).hint(format!("leave {flag} out")));
        }
        let variant = method.weighting().map(|weighting| weighting.variant);
        in_use(&self.method, variant.as_slice())?;
        Ok(NetworkConfig {
            embedding: self.embedding.unwrap_or(default.embedding),
            hidden: self.hidden.clone().unwrap_or(default.hidden),
            method,
        })
    }

    /// A flag that was given, where one was.
    pub(super) fn given(&self) -> Option<&'static str> {
        [
            ("--model", self.model.is_some()),
            ("--embedding", self.embedding.is_some()),
            ("--hidden", self.hidden.is_some()),
        ]
        .into_iter()
        .find_map(|(flag, given)| given.then_some(flag))
        .or(self.method.superfluous(&[]))
    }
}

/// Refuses a setting that others leave without effect, where weighting matrices are of `variants`.
#[cfg(feature = "train")]
pub(super) fn in_use(settings: &MethodSettings, variants: &[Variant]) -> Result<()> {
    let Some((flag, by)) = settings.idle(variants) else {
        return Ok(());
    };
    let message = format!("{flag} has no effect with {by}");
    Err(Error::new(ErrorKind::Config, message).hint(format!("leave {flag} out")))
}
