//! Methods compared on one data set: the plan of trials, how their outcomes become the paper's
//! Table 1, and how that table is written.
//!
//! Running a trial is the caller's: this room has no threads, files or clocks.

mod outcome;
mod plan;
mod render;
mod search;
mod sweep;
mod table;
#[cfg(test)]
mod tests;

pub use outcome::{Outcome, Trial};
pub use plan::{MOST_TRIALS, Plan, Settings};
pub use render::{csv, csv_text, markdown, text};
pub use search::candidates;
pub use sweep::{Alignment, Grid, Point, Series, Sweep, SweptPoint};
pub use table::{Best, Comparison, Figure, MethodRow, ScenarioRow};
