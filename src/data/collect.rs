//! Collecting the rows of a file.

use super::columns::Columns;
use super::load::LoadReport;
use super::options::{LoadOptions, OnBadRow};
use super::part::Splitter;
use super::records::{Record, Records};
use crate::error::{Error, ErrorKind, Result};

/// How many reasons of skipped rows a report keeps.
const REASONS: usize = 5;
/// Rows between two calls of the progress callback.
const PROGRESS_ROWS: u64 = 4096;

/// The rows being collected.
pub(super) struct Rows<'s> {
    pub(super) splitter: Splitter<'s>,
    pub(super) columns: Columns,
    pub(super) report: LoadReport,
}

impl<'s> Rows<'s> {
    pub(super) fn new(splitter: Splitter<'s>, columns: Columns) -> Self {
        Self {
            splitter,
            columns,
            report: LoadReport::default(),
        }
    }

    pub(super) fn read(
        &mut self,
        reader: &mut Records<'_>,
        options: &mut LoadOptions<'_>,
        mut push: impl FnMut(&Record<'_>, &mut Columns) -> Result<()>,
    ) -> Result<()> {
        while reader.advance()? {
            if let Err(error) = self.read_row(reader, &mut push) {
                self.columns.truncate(self.columns.rows);
                self.splitter.truncate(self.columns.rows);
                let error = reader.place(error);
                if options.on_bad_row == OnBadRow::Fail {
                    return Err(error);
                }
                self.report.skip(&error);
            }
            self.report.rows += 1;
            if self.report.rows > u64::from(u32::MAX) {
                return Err(
                    reader.place(Error::new(ErrorKind::Data, "the file has over 2^32 rows"))
                );
            }
            if self.report.rows.is_multiple_of(PROGRESS_ROWS)
                && let Some(progress) = &mut options.progress
            {
                progress(reader.taken());
            }
        }
        if let Some(progress) = &mut options.progress {
            progress(reader.taken());
        }
        if self.report.rows == 0 {
            let error = Error::new(ErrorKind::Data, "the file has a header but no rows");
            return Err(reader.place(error));
        }
        Ok(())
    }

    fn read_row(
        &mut self,
        reader: &Records<'_>,
        push: &mut impl FnMut(&Record<'_>, &mut Columns) -> Result<()>,
    ) -> Result<()> {
        let row = reader.row()?;
        if self.splitter.push(&row)? {
            push(&row, &mut self.columns)
        } else {
            self.report.unsplit += 1;
            Ok(())
        }
    }
}

impl LoadReport {
    fn skip(&mut self, error: &Error) {
        self.skipped += 1;
        if self.skip_reasons.len() < REASONS {
            self.skip_reasons.push(error.to_string());
        }
    }

    pub(super) fn finish(&mut self, columns: &Columns, reader: &Records<'_>) -> Result<()> {
        self.unknown = columns.unknown();
        self.unknown_scenarios = columns.unknown_scenarios();
        self.sha256 = reader.digest()?;
        Ok(())
    }
}
