//! The second half of encoding: collected rows become encoded ones, and go to their parts.

use std::io::{Read, Seek, Write};

use super::chunk::Layout;
use super::document::Document;
use super::encode::CacheSummary;
use super::out::{Out, Summed};
use super::part_writer::PartWriter;
use super::prelude::{PRELUDE, Prelude};
use super::spill::Spill;
use crate::data::counts::{Answers, Tuples};
use crate::data::fit::Renumbered;
use crate::data::{Columns, Encoder, FIRST_VALUE, LoadReport, Part};
use crate::error::{Error, ErrorKind, Result};

/// What a cache is written with, once its encoder is there.
pub(super) struct Encoding<W> {
    pub(super) out: Out<W>,
    pub(super) chunk_rows: usize,
    pub(super) encoder: Encoder,
    pub(super) layout: Layout,
    pub(super) report: LoadReport,
}

impl<W: Write + Seek> Encoding<W> {
    pub(super) fn write<S: Read + Write + Seek>(
        mut self,
        spill: &mut Spill<S>,
        parts: &[Part],
        renumbered: &[Renumbered],
        mut progress: Option<&mut dyn FnMut(u64, u64)>,
    ) -> Result<CacheSummary> {
        self.out.put(&[0; PRELUDE])?;
        self.report.unknown = vec![0; renumbered.len()];
        let mut tuples = Tuples::of(&self.encoder);
        let mut writers = [Part::Train, Part::Valid, Part::Test].map(|part| {
            let answers = Answers::of(&self.encoder);
            (
                part,
                PartWriter::new(&self.layout, answers, self.chunk_rows),
            )
        });
        let mut left = parts;
        for piece in 0..spill.pieces() {
            let mut columns = spill.piece(piece, self.layout.labels, self.layout.truth)?;
            let fields = self.encoder.fields().iter().zip(renumbered);
            for ((field, renumbered), column) in fields.zip(&mut columns.fields) {
                renumbered.apply(field.vocabulary(), column);
            }
            columns.append_scenario(self.layout.scenario, 0);
            self.count(&columns);
            let (now, later) = left.split_at(columns.rows);
            left = later;
            for (part, writer) in &mut writers {
                let rows = now.iter().enumerate().filter(|(_, of)| *of == part);
                let rows: Vec<u32> = rows.map(|(row, _)| row as u32).collect();
                if *part == Part::Train {
                    tuples.count(&columns, &rows);
                }
                writer.push(&columns, &rows, &self.layout, &mut self.out)?;
            }
            if let Some(progress) = &mut progress {
                progress((parts.len() - left.len()) as u64, parts.len() as u64);
            }
        }
        let [train, valid, test] = writers.map(|(_, writer)| writer);
        let train = train.finish(&self.layout, &mut self.out)?;
        let valid = valid.finish(&self.layout, &mut self.out)?;
        let test = test.finish(&self.layout, &mut self.out)?;
        let document = Document {
            crate_version: env!("CARGO_PKG_VERSION").to_owned(),
            encoder: &self.encoder,
            report: self.report,
            labels: self.layout.labels,
            truth: self.layout.truth,
            tuples: tuples.frequencies(),
            train,
            valid,
            test,
        };
        finish(self.out, document)
    }

    fn count(&mut self, columns: &Columns) {
        for (sum, unknown) in self.report.unknown.iter_mut().zip(columns.unknown()) {
            *sum += unknown;
        }
        self.report.unknown_scenarios += columns.unknown_scenarios();
    }
}

/// Writes the document, and last the prelude that makes the file a cache.
fn finish<W: Write + Seek>(mut out: Out<W>, document: Document<&Encoder>) -> Result<CacheSummary> {
    let (start, mut json) = (out.at(), Summed::new(&mut out));
    let written = serde_json::to_writer(&mut json, &document);
    written.map_err(|error| Error::new(ErrorKind::Io, error.to_string()))?;
    let checksum = json.finish();
    let bytes = out.at();
    out.restart()?;
    let prelude = Prelude {
        document: start,
        length: bytes - start,
        checksum,
    };
    out.put(&prelude.to_bytes())?;
    out.flush()?;
    let known = document.encoder.scenarios().len();
    Ok(CacheSummary {
        rows: [document.train.rows, document.valid.rows, document.test.rows],
        report: document.report,
        scenarios: known.saturating_sub(FIRST_VALUE as usize),
        bytes,
    })
}
