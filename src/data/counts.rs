//! What is counted of rows once, so that nobody has to read them all for it.

use rustc_hash::FxHashMap;

use crate::data::{Columns, Encoder, FIRST_VALUE, FieldColumn};
use crate::schema::Role;

/// The frequencies of the distinct scenario-aware tuples of some rows.
#[derive(Debug, Default)]
pub(super) struct Tuples {
    /// The places of the scenario-aware fields.
    aware: Vec<usize>,
    counts: FxHashMap<Box<[u32]>, u64>,
    tuple: Vec<u32>,
}

impl Tuples {
    pub(super) fn of(encoder: &Encoder) -> Self {
        let fields = encoder.fields().iter().enumerate();
        Self {
            aware: fields
                .filter(|(_, field)| field.role() == Role::Scenario)
                .map(|(place, _)| place)
                .collect(),
            ..Self::default()
        }
    }

    pub(super) fn count(&mut self, columns: &Columns, rows: &[u32]) {
        for &row in rows {
            let row = row as usize;
            self.tuple.clear();
            for &place in &self.aware {
                match &columns.fields[place] {
                    FieldColumn::Ids(ids) => self.tuple.push(ids[row]),
                    FieldColumn::Dense(values) => self.tuple.push(values[row].to_bits()),
                    FieldColumn::Bags { offsets, ids } => {
                        let bag = offsets[row] as usize..offsets[row + 1] as usize;
                        self.tuple.extend(&ids[bag]);
                        self.tuple.push(u32::MAX);
                    }
                }
            }
            match self.counts.get_mut(self.tuple.as_slice()) {
                Some(count) => *count += 1,
                None => {
                    self.counts.insert(self.tuple.as_slice().into(), 1);
                }
            }
        }
    }

    /// How often each tuple occurs, rising: no sum over them depends on the order of a hash map.
    pub(super) fn counts(self) -> Vec<u64> {
        let mut counts: Vec<u64> = self.counts.into_values().collect();
        counts.sort_unstable();
        counts
    }

    /// Each frequency, rising, with how many tuples have it.
    pub(super) fn frequencies(self) -> Vec<(u64, u64)> {
        let counts = self.counts();
        let same = counts.chunk_by(|a, b| a == b);
        same.map(|run| (run[0], run.len() as u64)).collect()
    }
}

/// How many of some rows are positive, and how many each scenario has.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answers {
    pub(super) positives: u64,
    /// By scenario index.
    pub(super) scenarios: Vec<u64>,
}

impl Answers {
    pub(super) fn of(encoder: &Encoder) -> Self {
        let size = encoder.fields()[encoder.scenario_field()].size();
        Self {
            positives: 0,
            scenarios: vec![0; size.max(FIRST_VALUE as usize)],
        }
    }

    pub(super) fn count(&mut self, columns: &Columns, rows: &[u32]) {
        for &row in rows {
            if let Some(labels) = &columns.labels {
                self.positives += u64::from(labels[row as usize]);
            }
            let scenario = columns.scenario.get(row as usize).map(|&id| id as usize);
            if let Some(count) = scenario.and_then(|id| self.scenarios.get_mut(id)) {
                *count += 1;
            }
        }
    }
}
