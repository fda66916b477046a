//! Writes the folder of a version that changes a format: once, with
//! `cargo test --test frozen_files write_the_folder_of_this_version -- --ignored`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Cursor;

use mi_dpg::artifact::Artifact;
use mi_dpg::data::{Cache, CacheWriter, Columns, Dataset, LoadOptions, load};
use mi_dpg::model::{Condition, MethodName, MethodSettings, Variant};
use mi_dpg::schema::Schema;
use mi_dpg::scorer::Scorer;

use super::{Expected, contents, encode, encoded, models, root};

/// A field of each kind, each with its settings.
const SCHEMA: &str = r#"
[label]
column = "bought"
positive = ["1"]
negative = ["0"]
[scenario]
field = "page"
[split]
kind = "hash"
valid = 0.2
test = 0.2
[[fields]]
name = "page"
kind = "categorical"
role = "scenario"
[[fields]]
name = "item"
kind = "categorical"
hash_buckets = 5
prior = true
[[fields]]
name = "price"
kind = "numeric"
buckets = 3
[[fields]]
name = "weight"
kind = "numeric"
standardise = true
[[fields]]
name = "tags"
kind = "multi"
separator = ";"
min_count = 2
[[fields]]
name = "time"
kind = "timestamp"
format = "unix"
derived = ["weekday"]
"#;

const HEADER: [&str; 6] = ["page", "item", "price", "weight", "tags", "time"];

fn header() -> Vec<String> {
    HEADER.map(str::to_owned).to_vec()
}

fn log() -> String {
    let mut log = format!("{},bought\n", HEADER.join(","));
    for row in 0..90 {
        let page = ["home", "list", "shop"][row % 7 % 3];
        let price = match row % 11 {
            0 => String::new(),
            _ => format!("{}", (row * 37 % 101) as f32 / 4.0),
        };
        let tags = ["", "new", "new;café", "sale", "sale;new;old"][row % 5];
        let (item, weight, time) = (row * 17 % 41, (row * 13 % 57) as f32 - 20.5, row * 40_000);
        let bought = u8::from(row % 3 == 0);
        log += &format!("{page},i{item},{price},{weight},{tags},{time},{bought}\n");
    }
    log
}

/// Rows to score: known values, values that were not learnt, missing ones, each kind of bag.
fn rows() -> Vec<Vec<Option<String>>> {
    let rows = [
        ["home", "i3", "4.25", "-3.5", "new", "40000"],
        ["list", "i40", "21", "30", "café;new", "1700000000"],
        ["shop", "i7", "", "", "", "200000"],
        ["nowhere", "other", "1000", "0", "sale;strange", "90000"],
        ["", "", "0.25", "7", "old", ""],
        ["list", "i3", "12.5", "-20.5", "sale;new;old", "400000"],
    ];
    let cell = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
    rows.map(|row| row.map(cell).to_vec()).to_vec()
}

/// The rows and their probabilities.
fn score(scorer: &Scorer) -> (Columns, Vec<f32>) {
    let rows = encode(scorer, &header(), &rows());
    let all: Vec<u32> = (0..rows.rows as u32).collect();
    let probabilities = scorer.probabilities(&rows, &all);
    (rows, probabilities)
}

/// How far the probabilities of the rows lie apart.
fn spread(file: &Artifact) -> f32 {
    let (_, mut probabilities) = score(&Scorer::new(file.clone()).unwrap());
    probabilities.sort_by(f32::total_cmp);
    probabilities[probabilities.len() - 1] - probabilities[0]
}

/// The files of the models, by name.
fn model_files(data: &Dataset) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for name in MethodName::ALL {
        let rc = name == MethodName::Dpg;
        let settings = MethodSettings {
            dk: rc.then_some(2),
            dr_div: Some(2),
            dc_div: Some(3),
            variant: rc.then_some(Variant::Rc),
            condition: rc.then_some(Condition::Scenario),
            gate_scale: rc.then_some(2.0),
            rank_div: Some(3),
            ..Default::default()
        };
        let method = settings.method(name);
        // Some random weights leave all hidden units at 0.
        let mut file = (1..100)
            .map(|seed| models::artifact(data, method.clone(), &[8, 6, 4], seed))
            .find(|file| spread(file) > 0.1)
            .unwrap();
        let metadata = &mut file.metadata;
        metadata.crate_version = env!("CARGO_PKG_VERSION").to_owned();
        metadata.training.data_sha256 = data.report.sha256.clone();
        metadata.training.valid_auc = Some(0.75);
        metadata.training.valid_logloss = Some(0.5);
        let name = metadata.network.method.name();
        files.insert(format!("{name}.safetensors"), file.to_bytes().unwrap());
        if name == "mi-dpg" {
            let small = file.to_quantised_bytes().unwrap();
            files.insert(format!("{name}-small.safetensors"), small);
        }
    }
    files
}

#[test]
#[ignore = "writes the files that the other tests read, once a version"]
fn write_the_folder_of_this_version() {
    let folder = root().join(env!("CARGO_PKG_VERSION"));
    // What was written once stays as it is.
    fs::create_dir(&folder).unwrap();
    let schema = Schema::parse(SCHEMA, "schema").unwrap();
    let options = LoadOptions::default;
    let log = log();
    let data = load(log.as_bytes(), "log", &schema, options()).unwrap();

    let mut expected = Expected {
        header: header(),
        rows: rows(),
        encoded: Vec::new(),
        models: BTreeMap::new(),
        caches: BTreeMap::new(),
    };
    for (name, bytes) in model_files(&data) {
        let (columns, probabilities) = score(&Scorer::load(&bytes).unwrap());
        expected.encoded = encoded(&columns);
        fs::write(folder.join(&name), bytes).unwrap();
        expected.models.insert(name, probabilities);
    }

    let cache = folder.join("log.midpg-cache");
    CacheWriter::new(File::create(&cache).unwrap(), Cursor::new(Vec::new()))
        .chunk_rows(20)
        .write(log.as_bytes(), "log", &schema, options())
        .unwrap();
    let cached = contents(&Cache::open(&cache).unwrap());
    expected.caches.insert("log.midpg-cache".to_owned(), cached);
    let json = serde_json::to_string(&expected).unwrap();
    fs::write(folder.join("expected.json"), json + "\n").unwrap();
}
