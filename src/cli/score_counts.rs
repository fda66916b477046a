//! What `midpg score` tells when it is done.

use super::say::note;
use crate::data::Chunk;
use crate::error::Error;
use crate::scorer::Scorer;

#[derive(Default)]
pub(super) struct Counts {
    rows: u64,
    bad: u64,
    first_bad: Option<Error>,
    unknown_scenarios: u64,
    missing_scenarios: u64,
    unknown: Vec<u64>,
}

impl Counts {
    pub(super) fn new(fields: usize) -> Self {
        Self {
            unknown: vec![0; fields],
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, chunk: &Chunk) {
        self.rows += chunk.rows() as u64;
        self.bad += chunk.bad.len() as u64;
        if self.first_bad.is_none() {
            self.first_bad = chunk.bad.first().map(|(_, error)| error.clone());
        }
        self.unknown_scenarios += chunk.columns.unknown_scenarios();
        self.missing_scenarios += chunk.columns.missing_scenarios();
        for (sum, count) in self.unknown.iter_mut().zip(chunk.columns.unknown()) {
            *sum += count;
        }
    }

    pub(super) fn tell(&self, scorer: &Scorer, seconds: f64) {
        note!(
            "{} rows in {seconds:.1} s ({:.0} rows/s)",
            self.rows,
            self.rows as f64 / seconds.max(1e-9)
        );
        if let Some(first) = &self.first_bad {
            note!(
                "warning: {} rows could not be read and have an empty score; the first: {first}",
                self.bad
            );
        }
        if self.unknown_scenarios > 0 {
            note!(
                "warning: {} rows have a scenario the model does not know",
                self.unknown_scenarios
            );
        }
        if self.missing_scenarios > 0 {
            note!("warning: {} rows have no scenario", self.missing_scenarios);
        }
        let unknown: Vec<String> = scorer
            .encoder()
            .fields()
            .iter()
            .zip(&self.unknown)
            .filter(|(_, count)| **count > 0)
            .map(|(field, count)| format!("{} {count}", field.name()))
            .collect();
        if !unknown.is_empty() {
            note!("out of vocabulary: {}", unknown.join(", "));
        }
    }
}
