//! The dates of the Amazon log.

use chrono::NaiveDate;

use super::marginals::Marginal;

/// The first year of the log.
pub(super) const FIRST_YEAR: i32 = 1999;
/// Shares of the rows by the year of the review, from 1999 on.
const ROW_YEARS: [f64; 20] = [
    0.0001, 0.0002, 0.0003, 0.0004, 0.0004, 0.0006, 0.0009, 0.0013, 0.0034, 0.0049, 0.0069, 0.0101,
    0.0158, 0.0219, 0.0726, 0.146, 0.2693, 0.2516, 0.1401, 0.0543,
];

/// Rows to dates and back: the log grows over the years as [`ROW_YEARS`] says, evenly inside a year.
#[derive(Debug)]
pub(super) struct Calendar {
    rows: u64,
    years: Marginal,
}

impl Calendar {
    /// The calendar of a log of `rows` rows.
    pub(super) fn new(rows: u64) -> Self {
        Self {
            rows,
            years: Marginal::new(ROW_YEARS),
        }
    }

    /// First day and number of days of the year at `at`.
    fn span(at: usize) -> (NaiveDate, u64) {
        let year = FIRST_YEAR + at as i32;
        let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        let first = if at == 0 { day(6, 13) } else { day(1, 1) };
        let last = if at + 1 == ROW_YEARS.len() {
            day(10, 1)
        } else {
            day(12, 31)
        };
        (first, (last - first).num_days() as u64 + 1)
    }

    /// The date of row `row`.
    pub(super) fn date(&self, row: u64) -> NaiveDate {
        let (at, within) = self
            .years
            .pick_within(row as f64 / (self.rows - 1).max(1) as f64);
        let (first, days) = Self::span(at);
        first + chrono::Days::new((within * days as f64) as u64)
    }

    /// The row at the fraction `within` of the year `at`.
    pub(super) fn row(&self, at: usize, within: f64) -> u64 {
        let quantile = self.years.below(at) + within * self.years.shares()[at];
        (quantile * self.rows as f64) as u64
    }
}
