//! Encoding row by row, from any source.

use std::sync::Arc;

use super::columns::Columns;
use super::encoder::{Encoder, Fitted};
use super::layout::Layout;
use super::options::LabelUse;
use crate::error::{Error, ErrorKind, Result, quote};

/// Something with cells: a record of a file, or a slice in which `None` is a missing value.
pub trait Row {
    /// The cell of column `index`; `None` where it has no value.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] when the cell is not text.
    fn cell(&self, index: usize) -> Result<Option<&str>>;
}

impl<S: AsRef<str>> Row for [Option<S>] {
    fn cell(&self, index: usize) -> Result<Option<&str>> {
        Ok(self.get(index).and_then(Option::as_ref).map(AsRef::as_ref))
    }
}

/// An encoder bound to the columns of a source.
#[derive(Debug, Clone)]
pub struct RowEncoder {
    encoder: Arc<Encoder>,
    layout: Layout,
    strict_scenarios: bool,
}

impl RowEncoder {
    pub(super) fn new(
        encoder: Arc<Encoder>,
        header: &[impl AsRef<str>],
        label: LabelUse,
    ) -> Result<Self> {
        let layout = Layout::bind(encoder.schema(), header, label)?;
        Ok(Self {
            encoder,
            layout,
            strict_scenarios: false,
        })
    }

    /// Makes a scenario that was not learnt an error of its row.
    pub fn strict_scenarios(mut self, strict: bool) -> Self {
        self.strict_scenarios = strict;
        self
    }

    /// The encoder.
    pub fn encoder(&self) -> &Arc<Encoder> {
        &self.encoder
    }

    /// Columns without rows, to push to.
    pub fn columns(&self) -> Columns {
        let fields = self.encoder.fields();
        Columns::empty(
            fields.iter().map(super::InputField::kind),
            self.layout.label.is_some(),
            self.layout.truth.is_some(),
        )
    }

    /// Appends a row to columns made by [`columns`](Self::columns). After an error the columns are as before.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] for a cell that cannot be read, and for a scenario that was not learnt where that is asked for.
    pub fn push<R: Row + ?Sized>(&mut self, row: &R, columns: &mut Columns) -> Result<()> {
        let before = columns.rows;
        let pushed = self
            .layout
            .push(row, &mut Fitted(&self.encoder), columns)
            .and_then(|()| self.push_scenario(row, columns));
        if pushed.is_err() {
            columns.truncate(before);
        }
        pushed
    }

    /// What it is bound with.
    #[cfg(feature = "arrow")]
    pub(super) fn parts(&self) -> (&Layout, &Encoder) {
        (&self.layout, &self.encoder)
    }

    /// Whether a scenario that was not learnt is an error.
    #[cfg(feature = "arrow")]
    pub(super) fn is_strict(&self) -> bool {
        self.strict_scenarios
    }

    fn push_scenario<R: Row + ?Sized>(&self, row: &R, columns: &mut Columns) -> Result<()> {
        let field = self.encoder.scenario_field();
        let id = columns
            .fields
            .get(field)
            .and_then(|column| column.last_id());
        let id = id.unwrap_or(super::UNKNOWN);
        columns.scenario.push(id);
        if self.strict_scenarios && id == super::UNKNOWN {
            let column = &self.layout.fields[field];
            let cell = row.cell(column.index)?.unwrap_or_default();
            return Err(Error::new(
                ErrorKind::Data,
                format!("scenario {} was not in the training data", quote(cell)),
            )
            .in_column(column.name.clone()));
        }
        Ok(())
    }

    /// Appends a row in which everything is missing, to keep the place of one that could not be read.
    pub fn push_missing(&mut self, columns: &mut Columns) {
        for (field, column) in self.encoder.fields().iter().zip(&mut columns.fields) {
            column.push_missing(field.vocabulary());
        }
        columns.scenario.push(super::MISSING);
        if let Some(labels) = &mut columns.labels {
            labels.push(0);
        }
        if let Some(truth) = &mut columns.truth {
            truth.push(0.0);
        }
        columns.rows += 1;
    }
}
