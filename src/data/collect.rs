//! Collecting the rows of a file.

use super::columns::Columns;
use super::load::LoadReport;
use super::options::{LoadOptions, OnBadRow};
use super::part::{FittedSplit, Part, Splitter};
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
    /// Rows that are no longer among the columns.
    handed_on: usize,
}

impl<'s> Rows<'s> {
    pub(super) fn new(splitter: Splitter<'s>, columns: Columns) -> Self {
        Self {
            splitter,
            columns,
            report: LoadReport::default(),
            handed_on: 0,
        }
    }

    /// How many rows were collected.
    pub(super) fn rows(&self) -> usize {
        self.handed_on + self.columns.rows
    }

    /// Collects all rows.
    pub(super) fn read(
        &mut self,
        reader: &mut Records<'_>,
        options: &mut LoadOptions<'_>,
        push: impl FnMut(&Record<'_>, &mut Columns) -> Result<()>,
    ) -> Result<()> {
        self.read_in_pieces(reader, options, push, usize::MAX, |_| Ok(()))
    }

    /// Collects rows, and hands them on and forgets them whenever there are `most`; the rest stays.
    pub(super) fn read_in_pieces(
        &mut self,
        reader: &mut Records<'_>,
        options: &mut LoadOptions<'_>,
        mut push: impl FnMut(&Record<'_>, &mut Columns) -> Result<()>,
        most: usize,
        mut hand_on: impl FnMut(&Columns) -> Result<()>,
    ) -> Result<()> {
        while reader.advance()? {
            if let Err(error) = self.read_row(reader, &mut push) {
                self.columns.truncate(self.columns.rows);
                self.splitter.truncate(self.rows());
                let error = reader.place(error);
                if options.on_bad_row == OnBadRow::Fail {
                    return Err(error);
                }
                self.report.skip(&error);
            }
            if self.columns.rows >= most {
                hand_on(&self.columns)?;
                self.handed_on += self.columns.rows;
                self.columns.clear();
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

    /// The parts of the rows, of which some must be there to train on.
    pub(super) fn split(&mut self, seed: u64) -> Result<(Vec<Part>, FittedSplit)> {
        let rows = self.rows();
        let (parts, split) = self.splitter.take().finish(rows, seed, None)?;
        if parts.contains(&Part::Train) {
            return Ok((parts, split));
        }
        let why = match parts.len() {
            0 => "no row could be used",
            _ => "the split leaves no row to train on",
        };
        let error = Error::new(ErrorKind::Data, why);
        Err(match self.report.skip_reasons.first() {
            Some(reason) => error.hint(format!("the first row skipped: {reason}")),
            None => error,
        })
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
