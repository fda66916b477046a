//! A cache holds what `load` gives.

use super::*;
use crate::data::{FieldColumn, OnBadRow, load};

/// What `load` gives for the same log, checked to be what the cache holds.
fn same(text: &str, schema: &Schema, seed: u64, chunk_rows: usize) -> Dataset {
    let options = || LoadOptions {
        seed,
        on_bad_row: OnBadRow::Skip,
        ..Default::default()
    };
    let loaded = load(text.as_bytes(), "log.csv", schema, options()).unwrap();
    let (bytes, summary) = encode(text, schema, options(), chunk_rows).unwrap();
    let (_folder, cache) = open(&bytes);
    let cache = cache.unwrap();
    let cached = cache.dataset().unwrap();
    assert!(*cached.encoder == *loaded.encoder);
    assert_eq!(cached.report, loaded.report);
    assert_eq!(summary.report, loaded.report);
    assert_eq!(summary.bytes, bytes.len() as u64);
    for (place, part) in PARTS.into_iter().enumerate() {
        let rows = loaded.rows_of(part);
        let expected = rows_of(&loaded, &rows);
        assert!(
            rows_of(&cached, &cached.rows_of(part)) == expected,
            "{part:?}"
        );
        assert_eq!(cache.rows(part), rows.len() as u64);
        assert_eq!(summary.rows[place], rows.len() as u64);

        let mut columns = Columns::default();
        let mut read = cache.columns();
        for index in 0..cache.chunks(part) {
            cache.read_chunk(part, index, &mut columns).unwrap();
            assert_eq!(columns.rows, cache.chunk_rows(part, index));
            let all: Vec<u32> = (0..columns.rows as u32).collect();
            read.append(&columns, &all).unwrap();
        }
        assert!(read == expected, "{part:?} in chunks of {chunk_rows}");

        let labels = expected.labels.as_deref().unwrap();
        let positives = labels.iter().filter(|&&label| label == 1).count();
        assert_eq!(cache.positives(part), positives as u64);
        let mut scenarios = vec![0_u64; loaded.encoder.scenarios().len()];
        for &scenario in &expected.scenario {
            scenarios[scenario as usize] += 1;
        }
        assert_eq!(cache.scenario_rows(part), scenarios);
    }
    assert_eq!(cache.tuple_counts().sum::<u64>(), cache.rows(Part::Train));
    loaded
}

#[test]
fn of_every_preset() {
    for of in [Preset::Amazon, Preset::Iaac, Preset::Ads] {
        let (text, schema) = preset(of, 3000);
        let data = same(&text, &schema, 1, 256);
        assert!(data.columns.truth.is_some());
    }
}

#[test]
fn of_every_kind_of_field_whatever_the_chunks() {
    let (text, schema) = shop(1000);
    for chunk_rows in [1, 7, 100, 1 << 16] {
        let data = same(&text, &schema, 3, chunk_rows);
        let kinds = &data.columns.fields;
        assert!(
            kinds
                .iter()
                .any(|column| matches!(column, FieldColumn::Bags { .. }))
        );
        assert!(
            kinds
                .iter()
                .any(|column| matches!(column, FieldColumn::Dense(_)))
        );
    }
}

#[test]
fn of_a_log_with_bad_rows_at_the_edges_of_chunks() {
    let (text, schema) = shop(200);
    let mut lines: Vec<&str> = text.lines().collect();
    for bad in [200, 151, 100, 51, 50, 49, 1] {
        lines.insert(bad, "home,u1,i1,much,2,t1;t2,0,1,0.5");
    }
    let text = lines.join("\n");
    let data = same(&text, &schema, 3, 50);
    assert_eq!(data.report.skipped, 7);

    let stop = encode(&text, &schema, LoadOptions::default(), 50).unwrap_err();
    let loaded = load(text.as_bytes(), "log.csv", &schema, LoadOptions::default()).unwrap_err();
    assert_eq!(stop.to_string(), loaded.to_string());
}

#[test]
fn frequencies_of_tuples_are_those_of_the_training_rows() {
    let (text, schema) = shop(500);
    let loaded = same(&text, &schema, 3, 64);
    let (_folder, cache) = cache(&text, &schema, 3, 64);
    // The scenario is the only scenario-aware field.
    let mut counts: Vec<u64> = cache.scenario_rows(Part::Train).to_vec();
    counts.retain(|&count| count > 0);
    counts.sort_unstable();
    assert_eq!(cache.tuple_counts().collect::<Vec<_>>(), counts);
    assert_eq!(
        loaded.rows_of(Part::Train).len() as u64,
        cache.rows(Part::Train)
    );
}

#[test]
fn of_a_split_by_days_and_of_one_without_validation_rows() {
    let (text, schema) = shop(1000);
    for split in [
        "kind = \"day\"\ncolumn = \"time\"\nformat = \"unix\"",
        "kind = \"none\"",
    ] {
        let toml = format!("[split]\n{split}\n");
        let split: Schema = {
            let mut with = schema.clone();
            let parsed: toml::Table = toml.parse().unwrap();
            with.split = parsed["split"].clone().try_into().unwrap();
            with
        };
        same(&text, &split, 9, 128);
    }
}

#[test]
fn errors_are_those_of_load() {
    let (text, schema) = shop(10);
    for text in [
        String::new(),
        text.lines().next().unwrap().to_owned(),
        text.replace("bought", "other"),
    ] {
        let cached = encode(&text, &schema, LoadOptions::default(), 4).unwrap_err();
        let loaded = load(text.as_bytes(), "log.csv", &schema, LoadOptions::default());
        assert_eq!(cached.to_string(), loaded.unwrap_err().to_string());
    }
}

#[test]
fn the_same_log_gives_the_same_bytes() {
    let (text, schema) = preset(Preset::Ads, 2000);
    let once = encode(&text, &schema, LoadOptions::default(), 300).unwrap();
    assert!(once == encode(&text, &schema, LoadOptions::default(), 300).unwrap());
}

#[cfg(feature = "parquet")]
#[test]
fn of_parquet_files() {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;

    use crate::data::{ParquetFiles, load_parquet};

    let (text, schema) = shop(300);
    let mut lines = text.lines();
    let header = lines.next().unwrap().split(',');
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let columns = header.enumerate().map(|(place, name)| {
        let cells = rows.iter().map(|row| Some(row[place]));
        (name, Arc::new(cells.collect::<StringArray>()) as ArrayRef)
    });
    let batch = RecordBatch::try_from_iter(columns.collect::<Vec<_>>()).unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("log.parquet");
    let mut writer =
        ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();

    let files = ParquetFiles::find(&path).unwrap();
    let loaded = load_parquet(&files, &schema, LoadOptions::default()).unwrap();
    let (mut out, spill) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
    CacheWriter::new(&mut out, spill)
        .chunk_rows(64)
        .write_parquet(&files, &schema, LoadOptions::default())
        .unwrap();
    let (_folder, cache) = open(&out.into_inner());
    let cached = cache.unwrap().dataset().unwrap();
    assert!(*cached.encoder == *loaded.encoder);
    assert_eq!(cached.report, loaded.report);
    for part in PARTS {
        let expected = rows_of(&loaded, &loaded.rows_of(part));
        assert!(rows_of(&cached, &cached.rows_of(part)) == expected);
    }
}
