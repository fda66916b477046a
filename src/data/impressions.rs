//! Single rows of a file as people read them.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use serde::Serialize;

use super::encoder::Encoder;
use super::options::{LabelUse, OnBadRow, StreamOptions};
use super::rows::{Kept, RawRows, RowFormat};
use super::stream::RawStream;
use crate::error::Result;

/// Rows that are looked at together.
const CHUNK: usize = 1024;

/// A row of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Impression {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Its scenario, as the encoder names it.
    pub scenario: String,
    /// Its label, where the file has labels.
    pub label: Option<u8>,
    /// The columns the model reads; an empty cell is missing.
    pub cells: BTreeMap<String, Option<String>>,
}

/// The first `per_scenario` rows of each scenario, in the order of the file. Rows that cannot be read are passed over.
///
/// # Errors
/// As [`RawStream::new`] and [`RawStream::next`].
pub fn impressions(
    source: impl Read,
    name: &str,
    encoder: &Arc<Encoder>,
    per_scenario: usize,
) -> Result<Vec<Impression>> {
    let options = StreamOptions {
        on_bad_row: OnBadRow::Skip,
        label: LabelUse::Optional,
        ..Default::default()
    };
    let (mut stream, mut chunks) =
        RawStream::new(source, name, RowFormat::Delimited, encoder, options)?;
    let wanted: Vec<String> = encoder
        .columns()
        .iter()
        .map(|&name| name.to_owned())
        .collect();
    let names = encoder.scenarios();
    let mut taken = vec![0; names.len()];
    let (mut rows, mut chunk) = (RawRows::default(), chunks.chunk());
    let mut out = Vec::new();
    while stream.next(CHUNK, &mut rows)? {
        chunks.encode(&rows, &mut chunk)?;
        let usable = chunk.usable();
        let mut picked = Vec::new();
        for row in (0..rows.len()).filter(|&row| usable[row]) {
            let scenario = chunk.columns.scenario[row] as usize;
            if taken[scenario] < per_scenario {
                taken[scenario] += 1;
                picked.push((row, scenario));
            }
        }
        if picked.is_empty() {
            continue;
        }
        let kept = chunks.kept(&rows, &wanted)?;
        out.extend(picked.into_iter().map(|(row, scenario)| {
            Impression {
                line: rows.line(row),
                scenario: names[scenario].clone(),
                label: chunk.columns.labels.as_ref().map(|labels| labels[row]),
                cells: wanted
                    .iter()
                    .cloned()
                    .zip(kept[row].iter().map(cell))
                    .collect(),
            }
        }));
    }
    Ok(out)
}

fn cell(kept: &Kept) -> Option<String> {
    Some(kept.text()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{LoadOptions, load};
    use crate::schema::Schema;

    const SCHEMA: &str = r#"
        label = { column = "buy", positive = ["1"] }
        scenario = { field = "place" }
        [[fields]]
        name = "place"
        kind = "categorical"
        role = "scenario"
        [[fields]]
        name = "colour"
        kind = "categorical"
    "#;

    #[test]
    fn the_first_rows_of_each_scenario_are_as_they_stand_in_the_file() {
        let csv = "place,colour,buy\na,red,1\na,,0\na,blue,1\nb,red,0\n";
        let schema = Schema::parse(SCHEMA, "schema").unwrap();
        let data = load(csv.as_bytes(), "log", &schema, LoadOptions::default()).unwrap();
        let found = impressions(csv.as_bytes(), "log", &data.encoder, 2).unwrap();
        let lines: Vec<u64> = found.iter().map(|one| one.line).collect();
        assert_eq!(lines, [2, 3, 5]);
        assert_eq!(found[0].label, Some(1));
        assert_eq!(found[0].cells["colour"], Some("red".to_owned()));
        assert_eq!(found[1].cells["colour"], None);
        assert_eq!(found[2].cells["place"], Some("b".to_owned()));
    }

    #[test]
    fn a_row_that_cannot_be_read_is_passed_over() {
        let csv = "place,colour,buy\na,red,1\na,red\nb,red,0\n";
        let schema = Schema::parse(SCHEMA, "schema").unwrap();
        let good = "place,colour,buy\na,red,1\nb,red,0\n";
        let data = load(good.as_bytes(), "log", &schema, LoadOptions::default()).unwrap();
        let found = impressions(csv.as_bytes(), "log", &data.encoder, 9).unwrap();
        assert_eq!(found.len(), 2);
    }
}
