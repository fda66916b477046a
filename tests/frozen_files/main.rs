//! Files that older versions wrote: they load for ever, and say what they said when they were written.
//!
//! Each folder of tests/golden/files is named after the version that wrote it and is never changed.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../common/models.rs"]
mod models;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use mi_dpg::artifact::{Artifact, FORMAT};
use mi_dpg::data::{Cache, Columns, FieldColumn, Part};
use mi_dpg::model::MethodName;
use mi_dpg::scorer::Scorer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

const PARTS: [Part; 3] = [Part::Train, Part::Valid, Part::Test];

/// What a folder's files say, in its expected.json.
#[derive(Serialize, Deserialize)]
struct Expected {
    header: Vec<String>,
    /// Rows as they stand in a log; null is a missing value.
    rows: Vec<Vec<Option<String>>>,
    /// What the encoder of every model makes of them.
    encoded: Encoded,
    /// Of every model file the probabilities of the rows.
    models: BTreeMap<String, Vec<f32>>,
    caches: BTreeMap<String, ExpectedCache>,
}

/// By field, by row: the id, the ids or the number.
type Encoded = Vec<Vec<Vec<f32>>>;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct ExpectedCache {
    /// To train, to validate and to test on.
    rows: [u64; 3],
    positives: [u64; 3],
    /// By scenario index, of each part.
    scenarios: [Vec<u64>; 3],
    /// The rows of the whole cache, the parts one after the other.
    encoded: Encoded,
    scenario: Vec<u32>,
    labels: Vec<u8>,
}

fn encoded(columns: &Columns) -> Encoded {
    let of = |column: &FieldColumn| match column {
        FieldColumn::Ids(ids) => ids.iter().map(|&id| vec![id as f32]).collect(),
        FieldColumn::Dense(values) => values.iter().map(|&value| vec![value]).collect(),
        FieldColumn::Bags { offsets, ids } => offsets
            .windows(2)
            .map(|ends| ids[ends[0] as usize..ends[1] as usize].iter())
            .map(|bag| bag.map(|&id| id as f32).collect())
            .collect(),
    };
    columns.fields.iter().map(of).collect()
}

fn encode(scorer: &Scorer, header: &[String], rows: &[Vec<Option<String>>]) -> Columns {
    let mut encoder = scorer.encoder().bind(header).unwrap();
    let mut columns = encoder.columns();
    for row in rows {
        encoder.push(&row[..], &mut columns).unwrap();
    }
    columns
}

fn contents(cache: &Cache) -> ExpectedCache {
    let data = cache.dataset().unwrap();
    ExpectedCache {
        rows: PARTS.map(|part| cache.rows(part)),
        positives: PARTS.map(|part| cache.positives(part)),
        scenarios: PARTS.map(|part| cache.scenario_rows(part).to_vec()),
        encoded: encoded(&data.columns),
        scenario: data.columns.scenario,
        labels: data.columns.labels.unwrap(),
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/files")
}

/// The folders and what is expected of them.
fn folders() -> Vec<(PathBuf, Expected)> {
    let folders = fs::read_dir(root()).unwrap();
    let read = |folder: PathBuf| {
        let json = fs::read(folder.join("expected.json")).unwrap();
        (folder, serde_json::from_slice(&json).unwrap())
    };
    folders.map(|entry| read(entry.unwrap().path())).collect()
}

#[track_caller]
fn near(what: &str, got: &[f32], expected: &[f32]) {
    assert_eq!(got.len(), expected.len(), "{what}");
    for (row, (got, expected)) in got.iter().zip(expected).enumerate() {
        let near = (got - expected).abs() <= 1e-5;
        assert!(near, "{what}, row {row}: {got}, expected {expected}");
    }
}

#[track_caller]
fn encoded_as(what: &str, got: &Encoded, expected: &Encoded) {
    assert_eq!(got.len(), expected.len(), "{what}: fields");
    for (got, expected) in got.iter().zip(expected) {
        assert_eq!(got.len(), expected.len(), "{what}: rows");
        for (got, expected) in got.iter().zip(expected) {
            near(what, got, expected);
        }
    }
}

#[test]
fn models_of_every_version_score_as_when_they_were_written() {
    for (folder, expected) in folders() {
        for (name, probabilities) in &expected.models {
            let what = folder.join(name).display().to_string();
            let bytes = fs::read(&what).unwrap();
            let scorer = Scorer::load(&bytes).unwrap();
            let columns = encode(&scorer, &expected.header, &expected.rows);
            encoded_as(&what, &encoded(&columns), &expected.encoded);
            let all: Vec<u32> = (0..columns.rows as u32).collect();
            near(&what, &scorer.probabilities(&columns, &all), probabilities);
            #[cfg(feature = "flex")]
            {
                use mi_dpg::model::Model;
                let artifact = Artifact::from_bytes(&bytes).unwrap();
                let model = Model::from_artifact(artifact, &burn::tensor::Device::flex()).unwrap();
                let got = pollster::block_on(model.probabilities(&columns, &all)).unwrap();
                near(&what, &got, probabilities);
            }
        }
    }
}

/// The JSON document in a model file's header.
fn document(bytes: &[u8]) -> Value {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&bytes[8..][..length]).unwrap();
    serde_json::from_str(header["__metadata__"]["mi-dpg"].as_str().unwrap()).unwrap()
}

/// All that `written` has is in `read`, which may have more.
#[track_caller]
fn kept(place: &str, written: &Value, read: &Value) {
    match written {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| kept(&format!("{place}.{key}"), value, &read[key])),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(i, value)| kept(&format!("{place}[{i}]"), value, &read[i])),
        value => assert_eq!(value, read, "{place}"),
    }
}

/// A field that may be left out and was renamed would be read as if it were not there.
#[test]
fn nothing_that_a_model_file_says_of_itself_is_lost() {
    for (folder, expected) in folders() {
        for name in expected.models.keys() {
            let bytes = fs::read(folder.join(name)).unwrap();
            let metadata = Artifact::from_bytes(&bytes).unwrap().metadata;
            // By way of text: an f32 is another number as an f64.
            let read = serde_json::to_string(&metadata).unwrap();
            kept(
                name,
                &document(&bytes),
                &serde_json::from_str(&read).unwrap(),
            );
        }
    }
}

#[test]
fn caches_of_every_version_hold_what_was_written() {
    for (folder, expected) in folders() {
        for (name, expected) in &expected.caches {
            let what = folder.join(name).display().to_string();
            let got = contents(&Cache::open(what.as_ref()).unwrap());
            encoded_as(&what, &got.encoded, &expected.encoded);
            let encoded = expected.encoded.clone();
            assert_eq!(ExpectedCache { encoded, ..got }, *expected, "{what}");
        }
    }
}

/// Else a file might lie there that nobody reads, or a format might come without files of it.
#[test]
fn every_file_is_expected_and_every_method_and_format_is_among_them() {
    let (mut methods, mut formats) = (BTreeSet::new(), BTreeSet::new());
    for (folder, expected) in folders() {
        let mut present: BTreeSet<String> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert!(present.remove("expected.json"));
        for name in expected.models.keys() {
            let bytes = fs::read(folder.join(name)).unwrap();
            let metadata = Artifact::from_bytes(&bytes).unwrap().metadata;
            methods.insert(metadata.network.method.name());
            formats.insert(metadata.format);
        }
        let named = expected.models.into_keys();
        assert_eq!(present, named.chain(expected.caches.into_keys()).collect());
    }
    assert_eq!(methods.len(), MethodName::ALL.len(), "{methods:?}");
    assert!(formats.into_iter().eq(1..=FORMAT), "a format without files");
}
