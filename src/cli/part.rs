//! `--part`: which rows of a file a model is looked at on.

use std::path::Path;

use clap::{Args, ValueEnum};

use super::args::BadRows;
use super::load::{self, Source};
use crate::data::{Dataset, LabelUse, Part, SplitUse};
use crate::error::Result;
use crate::model::Model;
use crate::schema::Split;

#[derive(Debug, Args)]
pub(super) struct PartFlag {
    /// Which rows [default: test where the schema splits, else all]
    #[arg(long, value_enum)]
    part: Option<PartName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PartName {
    Test,
    Valid,
    Train,
    All,
}

impl PartFlag {
    /// Loads `path` with the model's encoder; the data, and the rows of the part in it.
    pub(super) fn load(
        &self,
        model: &Model,
        path: &Path,
        label: LabelUse,
        bad_rows: &BadRows,
    ) -> Result<(Dataset, Vec<u32>)> {
        let part = self.part.unwrap_or(match model.encoder().schema().split {
            Split::None {} => PartName::All,
            _ => PartName::Test,
        });
        // With `all` the split's column need not even exist.
        let split = match part {
            PartName::All => SplitUse::Whole,
            _ => SplitUse::Fitted,
        };
        let data = load::dataset(
            path,
            Source::Encoder(model.encoder(), split, label),
            bad_rows.on_bad_row.into(),
            model.summary().seed,
        )?;
        let rows = match part {
            PartName::Test => data.rows_of(Part::Test),
            PartName::Valid => data.rows_of(Part::Valid),
            PartName::Train => data.rows_of(Part::Train),
            PartName::All => (0..data.columns.rows as u32).collect(),
        };
        Ok((data, rows))
    }
}
