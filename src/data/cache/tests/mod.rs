//! Tests of the cache as a whole.

mod codec;
mod damage;
mod equal;
mod shuffled;

use std::fs::File;
use std::io::{Cursor, Write};

use tempfile::TempDir;

use super::{Cache, CacheSummary, CacheWriter};
use crate::data::synth::{Effect, Preset, SynthOptions, generate};
use crate::data::{Columns, Dataset, LoadOptions, Part};
use crate::error::Result;
use crate::schema::Schema;

const PARTS: [Part; 3] = [Part::Train, Part::Valid, Part::Test];

/// A log with every kind of field: bags, buckets, standardised numbers, times.
fn shop(rows: usize) -> (String, Schema) {
    let schema = r#"
[label]
column = "bought"
positive = ["1"]
negative = ["0"]
[scenario]
field = "page"
[[fields]]
name = "page"
kind = "categorical"
role = "scenario"
[[fields]]
name = "user"
kind = "categorical"
min_count = 2
[[fields]]
name = "item"
kind = "categorical"
hash_buckets = 70000
[[fields]]
name = "price"
kind = "numeric"
buckets = 7
[[fields]]
name = "weight"
kind = "numeric"
standardise = true
[[fields]]
name = "tags"
kind = "multi"
separator = ";"
[[fields]]
name = "time"
kind = "timestamp"
format = "unix"
derived = ["hour", "weekday"]
"#;
    let mut text = "page,user,item,price,weight,tags,time,bought,true_probability\n".to_owned();
    for row in 0..rows {
        let page = ["home", "list", "shop"][row % 7 % 3];
        let (user, item) = (row * 31 % (rows / 2 + 1), row * 17 % 997);
        let price = match row % 11 {
            0 => String::new(),
            _ => format!("{}", (row * 37 % 101) as f32 / 4.0),
        };
        let weight = (row * 13 % 57) as f32 - 20.0;
        let tags: Vec<String> = (0..row % 5)
            .map(|tag| format!("t{}", (row + tag * tag) % 9))
            .collect();
        let (tags, time, bought) = (tags.join(";"), row * 4000, u8::from(row % 3 == 0));
        let truth = row as f32 / rows as f32;
        text.push_str(&format!(
            "{page},u{user},i{item},{price},{weight},{tags},{time},{bought},{truth}\n"
        ));
    }
    (text, Schema::parse(schema, "shop.toml").unwrap())
}

fn preset(preset: Preset, rows: u64) -> (String, Schema) {
    let options = SynthOptions {
        preset,
        rows,
        seed: 5,
        effect: Effect::Modulated,
        truth: true,
    };
    let mut log = Vec::new();
    generate(&options, &mut log, &mut |_| ()).unwrap();
    let schema = Schema::preset(&preset.to_string()).unwrap();
    (String::from_utf8(log).unwrap(), schema)
}

fn encode(
    text: &str,
    schema: &Schema,
    options: LoadOptions<'_>,
    chunk_rows: usize,
) -> Result<(Vec<u8>, CacheSummary)> {
    let (mut out, spill) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
    let writer = CacheWriter::new(&mut out, spill).chunk_rows(chunk_rows);
    let summary = writer.write(text.as_bytes(), "log.csv", schema, options)?;
    Ok((out.into_inner(), summary))
}

/// The folder is removed when it is dropped.
fn open(bytes: &[u8]) -> (TempDir, Result<Cache>) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("log.midpg-cache");
    File::create(&path).unwrap().write_all(bytes).unwrap();
    let cache = Cache::open(&path);
    (folder, cache)
}

fn cache(text: &str, schema: &Schema, seed: u64, chunk_rows: usize) -> (TempDir, Cache) {
    let options = LoadOptions {
        seed,
        ..Default::default()
    };
    let (bytes, _) = encode(text, schema, options, chunk_rows).unwrap();
    let (folder, cache) = open(&bytes);
    (folder, cache.unwrap())
}

/// Some rows alone, in their order.
fn rows_of(data: &Dataset, rows: &[u32]) -> Columns {
    let mut columns = data.columns.clone();
    columns.clear();
    columns.append(&data.columns, rows).unwrap();
    columns
}
