//! The document of a cache: the encoder, what was counted, and where each chunk stands.

use serde::{Deserialize, Serialize};

use super::chunk::Layout;
use super::prelude::PRELUDE;
use super::{AGAIN, CHUNK_ROWS};
use crate::data::counts::Answers;
use crate::data::{Encoder, LoadReport, Part};
use crate::error::{Error, ErrorKind, Result};

/// A cache that cannot be used.
pub(super) fn refused(why: &str) -> Error {
    Error::new(ErrorKind::Data, why)
}

/// A cache that is not as it was written.
pub(super) fn damaged(why: &str) -> Error {
    refused(&format!("the cache is damaged: {why}")).hint(AGAIN)
}

/// Where a chunk stands: offset, bytes, rows, CRC-32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place(
    pub(super) u64,
    pub(super) u64,
    pub(super) u32,
    pub(super) u32,
);

/// What is known of a part.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartDocument {
    pub(super) rows: u64,
    pub(super) answers: Answers,
    /// The chunks in the order of the log.
    pub(super) chunks: Vec<Place>,
}

/// The document, around an encoder that is owned or borrowed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document<E> {
    pub(super) crate_version: String,
    pub(super) encoder: E,
    pub(super) report: LoadReport,
    pub(super) labels: bool,
    pub(super) truth: bool,
    /// Each frequency of a distinct scenario-aware tuple of the training rows, and how many tuples have it.
    pub(super) tuples: Vec<(u64, u64)>,
    pub(super) train: PartDocument,
    pub(super) valid: PartDocument,
    pub(super) test: PartDocument,
}

impl<E> Document<E> {
    pub(super) fn part(&self, part: Part) -> &PartDocument {
        match part {
            Part::Train => &self.train,
            Part::Valid => &self.valid,
            Part::Test => &self.test,
        }
    }
}

impl Document<Encoder> {
    /// The encoder, and what is left.
    pub(super) fn without_encoder(self) -> (Encoder, Document<()>) {
        let rest = Document {
            crate_version: self.crate_version,
            encoder: (),
            report: self.report,
            labels: self.labels,
            truth: self.truth,
            tuples: self.tuples,
            train: self.train,
            valid: self.valid,
            test: self.test,
        };
        (self.encoder, rest)
    }

    /// Reads a document that begins at `end`, where the chunks end.
    pub(super) fn read(bytes: &[u8], end: u64) -> Result<(Self, Layout)> {
        let document: Self = serde_json::from_slice(bytes)
            .map_err(|error| damaged(&format!("its document cannot be read: {error}")))?;
        let layout = Layout::of(&document.encoder, document.labels, document.truth);
        match document.check(&layout, end) {
            Ok(()) => Ok((document, layout)),
            Err(why) => Err(damaged(why)),
        }
    }

    /// Whether the chunks fill the file, each as long as its rows, and the counts are those of the rows.
    fn check(&self, layout: &Layout, end: u64) -> Result<(), &'static str> {
        let scenarios = self.encoder.fields()[layout.scenario].size();
        let mut places: Vec<Place> = Vec::new();
        for part in [&self.train, &self.valid, &self.test] {
            let rows = part.chunks.iter().map(|place| u64::from(place.2));
            let mut by_scenario = part.answers.scenarios.iter();
            let counted = by_scenario.try_fold(0_u64, |sum, &rows| sum.checked_add(rows));
            if rows.sum::<u64>() != part.rows
                || part.answers.positives > part.rows
                || part.answers.scenarios.len() != scenarios
                || counted != Some(part.rows)
            {
                return Err("its counts are not those of its rows");
            }
            places.extend(&part.chunks);
        }
        let total: u64 = places.iter().map(|place| u64::from(place.2)).sum();
        if total > u64::from(u32::MAX) || self.train.rows == 0 {
            return Err("it has no rows to train on, or over 2^32 rows");
        }
        let tuples = self
            .tuples
            .iter()
            .try_fold(0_u64, |sum, (frequency, tuples)| {
                // A count of nothing would have any number beside it, and memory is asked for by these.
                let rows = frequency.checked_mul(*tuples).filter(|rows| *rows > 0)?;
                sum.checked_add(rows)
            });
        if tuples != Some(self.train.rows) {
            return Err("its counts are not those of its rows");
        }
        places.sort_unstable_by_key(|place| place.0);
        let mut at = PRELUDE as u64;
        for Place(offset, length, rows, _) in places {
            let least = layout.least(u64::from(rows));
            let suits = length == least || (length > least && !layout.is_fixed());
            if offset != at || rows == 0 || rows as usize > CHUNK_ROWS || !suits {
                return Err("its chunks do not stand where its document says");
            }
            at = at
                .checked_add(length)
                .ok_or("its chunks have too many bytes")?;
        }
        match at == end {
            true => Ok(()),
            false => Err("its chunks do not stand where its document says"),
        }
    }
}
