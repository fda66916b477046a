//! `--part`: which rows of a file a model is looked at on.

use std::path::Path;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::args::BadRows;
use super::cached;
use super::load::{self, Source};
use crate::data::{Dataset, Examples, LabelUse, Part, SplitUse, Streamed};
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

impl PartName {
    fn parts(self) -> &'static [Part] {
        match self {
            Self::Test => &[Part::Test],
            Self::Valid => &[Part::Valid],
            Self::Train => &[Part::Train],
            Self::All => &[Part::Train, Part::Valid, Part::Test],
        }
    }
}

impl PartFlag {
    /// Opens `path` for the model: its rows by part, and the parts that are asked for. A cache's stay on disk.
    pub(super) fn examples(
        &self,
        model: &Model,
        path: &Path,
        bad_rows: &BadRows,
    ) -> Result<(Box<dyn Examples>, &'static [Part])> {
        let parts = self.name(model).parts();
        if let Some(cache) = cached::open(path)? {
            cached::check_encoder(path, &cache, model.encoder())?;
            // A window of nothing: these rows are not shuffled.
            return Ok((Streamed::new(Arc::new(cache), 0).into(), parts));
        }
        let data = self.dataset(model, path, LabelUse::Required, bad_rows)?;
        Ok((Arc::new(data).into(), parts))
    }

    /// Loads `path` with the model's encoder; the data, and the rows of the part in it.
    pub(super) fn load(
        &self,
        model: &Model,
        path: &Path,
        label: LabelUse,
        bad_rows: &BadRows,
    ) -> Result<(Dataset, Vec<u32>)> {
        let data = self.dataset(model, path, label, bad_rows)?;
        let parts = self.name(model).parts();
        let rows = data.parts.iter().enumerate();
        let rows = rows
            .filter(|(_, part)| parts.contains(part))
            .map(|(row, _)| row as u32)
            .collect();
        Ok((data, rows))
    }

    fn name(&self, model: &Model) -> PartName {
        self.part.unwrap_or(match model.encoder().schema().split {
            Split::None {} => PartName::All,
            _ => PartName::Test,
        })
    }

    fn dataset(
        &self,
        model: &Model,
        path: &Path,
        label: LabelUse,
        bad_rows: &BadRows,
    ) -> Result<Dataset> {
        // With `all` the split's column need not even exist.
        let split = match self.name(model) {
            PartName::All => SplitUse::Whole,
            _ => SplitUse::Fitted,
        };
        load::dataset(
            path,
            Source::Encoder(model.encoder(), split, label),
            bad_rows.on_bad_row.into(),
            model.summary().seed,
        )
    }
}
