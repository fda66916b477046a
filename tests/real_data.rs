//! Real rows of the paper's public sets, which the project may not carry: `MIDPG_DATA` names a folder
//! with them. Without it these tests are skipped.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use mi_dpg::data::{
    Dataset, EncodedStream, FieldColumn, LabelUse, LoadOptions, Part, SplitUse, StreamOptions,
    encode, load,
};
use mi_dpg::schema::{Schema, Split, guess};

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("MIDPG_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: MIDPG_DATA is not set");
    }
    folder
}

fn load_file(path: PathBuf, schema: &Schema, label: LabelUse) -> Dataset {
    let options = LoadOptions {
        seed: 1,
        label,
        ..Default::default()
    };
    let name = path.display().to_string();
    let data = load(File::open(&path).unwrap(), &name, schema, options).unwrap();
    // Read again with what was learnt, whole and in chunks, it must be the same.
    let options = LoadOptions {
        label,
        ..Default::default()
    };
    let again = encode(File::open(&path).unwrap(), &name, &data.encoder, options).unwrap();
    assert_eq!(again.parts, data.parts);
    assert_eq!(again.columns, data.columns);
    assert_eq!(again.report, data.report);
    let options = StreamOptions {
        label,
        ..Default::default()
    };
    let mut stream =
        EncodedStream::new(File::open(&path).unwrap(), &name, &data.encoder, options).unwrap();
    let mut rows = 0;
    while let Some(chunk) = stream.next_chunk(1000).unwrap() {
        assert_eq!(
            chunk.columns.scenario,
            data.columns.scenario[rows..rows + chunk.rows()]
        );
        rows += chunk.rows();
    }
    assert_eq!(rows, data.columns.rows);
    assert_eq!(data.report.skipped + data.report.unsplit, 0);
    for (field, column) in data.encoder.fields().iter().zip(&data.columns.fields) {
        if let FieldColumn::Ids(ids) | FieldColumn::Bags { ids, .. } = column {
            assert!(ids.iter().all(|&id| (id as usize) < field.size()));
        }
    }
    data
}

fn size(data: &Dataset, field: &str) -> usize {
    let fields = data.encoder.fields();
    fields.iter().find(|f| f.name() == field).unwrap().size()
}

fn positives(data: &Dataset) -> usize {
    let labels = data.columns.labels.as_ref().unwrap();
    labels.iter().map(|&label| usize::from(label)).sum()
}

fn sizes(data: &Dataset) -> [usize; 3] {
    [Part::Train, Part::Valid, Part::Test].map(|part| data.rows_of(part).len())
}

#[test]
fn amazon_rows() {
    let Some(folder) = folder() else { return };
    let schema = Schema::preset("amazon").unwrap();
    let data = load_file(
        folder.join("amazon_electronics_userattr_10k.csv"),
        &schema,
        LabelUse::Required,
    );
    assert_eq!(sizes(&data), [8015, 458, 1527]);
    assert_eq!(data.encoder.scenarios().len(), 12);
    assert_eq!(data.encoder.scenarios()[2], "Headphones");
    assert_eq!(positives(&data), 7926);
}

#[test]
fn amazon_head_with_missing_values_and_no_validation_rows() {
    let Some(folder) = folder() else { return };
    let schema = Schema::preset("amazon").unwrap();
    let data = load_file(
        folder.join("amazon_electronics_head_524.csv"),
        &schema,
        LabelUse::Required,
    );
    assert_eq!(data.columns.rows, 524);
    assert!(!data.rows_of(Part::Valid).is_empty());
}

#[test]
fn iaac_raw_rows_and_the_unlabelled_test_file() {
    let Some(folder) = folder() else { return };
    let mut schema = Schema::preset("iaac").unwrap();
    // A few rows of one day cannot be split by day.
    schema.split = Split::None {};
    let raw = folder.join("iaac_raw_train_first9.txt");
    let lines = std::fs::read_to_string(&raw).unwrap().lines().count();
    let few = load_file(raw, &schema, LabelUse::Required);
    assert_eq!(few.columns.rows, lines - 1);

    let test = folder.join("round1_ijcai_18_test_a_20180301.txt.gz");
    let data = load_file(test.clone(), &schema, LabelUse::Optional);
    assert_eq!(data.columns.rows, 18_371);
    assert_eq!(data.columns.labels, None);
    assert!(data.encoder.scenarios().len() > 10);

    let options = LoadOptions {
        label: LabelUse::Optional,
        split: SplitUse::Whole,
        ..Default::default()
    };
    let file = File::open(&test).unwrap();
    let scored = encode(file, "test", &Arc::clone(&few.encoder), options).unwrap();
    assert_eq!(scored.columns.rows, 18_371);
    assert!(scored.report.unknown_scenarios > 0);
}

#[test]
fn iaac_slice() {
    let Some(folder) = folder() else { return };
    let text = include_str!("../datasets-sample/schemas/iaac-27k.toml");
    let schema = Schema::parse(text, "iaac-27k.toml").unwrap();
    let data = load_file(
        folder.join("iaac_train_random_27k.csv.gz"),
        &schema,
        LabelUse::Required,
    );
    assert_eq!(data.columns.rows, 27_668);
    assert_eq!(positives(&data), 534);
    let [train, valid, test] = sizes(&data);
    assert_eq!((train + valid, test), (20_000, 7668));
    assert!((1800..2200).contains(&valid));
    assert_eq!(size(&data, "item_category_2"), 15);
}

#[test]
fn guesses_on_real_files_load_them() {
    let Some(folder) = folder() else { return };
    for (file, label, scenario) in [
        ("amazon_electronics_userattr_10k.csv", "rating", "category"),
        ("amazon_electronics_head_524.csv", "rating", "category"),
        (
            "iaac_train_random_27k.csv.gz",
            "is_trade",
            "item_category_2",
        ),
    ] {
        let path = folder.join(file);
        let (schema, toml) = guess(File::open(&path).unwrap(), file).unwrap();
        assert_eq!(schema.label.column, label, "{toml}");
        assert_eq!(schema.scenario.field, scenario, "{toml}");
        load_file(path, &schema, LabelUse::Required);
    }
}

/// The paper's experiment by one command, on the slices: one epoch of one trial of two methods.
#[test]
fn the_papers_table_is_one_command() {
    let Some(folder) = folder() else { return };
    let iaac = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/datasets-sample/schemas/iaac-27k.toml"
    );
    for (file, schema) in [
        ("amazon_electronics_userattr_10k.csv", "amazon"),
        ("iaac_train_random_27k.csv.gz", iaac),
    ] {
        let out = tempfile::tempdir().unwrap();
        let run = assert_cmd::Command::cargo_bin("midpg")
            .unwrap()
            .args(["compare", "--schema", schema, "--methods", "dnn,mi-dpg"])
            .args(["--trials", "1", "--epochs", "1", "--hidden", "16,8"])
            .arg("--data")
            .arg(folder.join(file))
            .arg("--out")
            .arg(out.path())
            .assert()
            .success();
        let text = String::from_utf8(run.get_output().stdout.clone()).unwrap();
        assert!(
            text.lines().any(|line| line.starts_with("mi-dpg (r)")),
            "{text}"
        );
    }
}
