//! What a load makes of good files.

use std::io::Write;

use super::*;
use crate::data::{FieldColumn, LabelUse, MISSING, Part, Vocabulary};
use crate::schema::{InputKind, Role};

fn ids_of<'a>(data: &'a Dataset, name: &str) -> &'a [u32] {
    let place = data
        .encoder
        .fields()
        .iter()
        .position(|field| field.name() == name);
    match &data.columns.fields[place.unwrap()] {
        FieldColumn::Ids(ids) => ids,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn scenario_aware_fields_come_first_and_a_timestamp_expands() {
    let data = load_text(&log()).unwrap();
    let fields = data.encoder.fields();
    let names: Vec<_> = fields.iter().map(|field| field.name()).collect();
    let expected = [
        "page",
        "user",
        "price",
        "weight",
        "tags",
        "second",
        "time_hour",
        "time_weekday",
    ];
    assert_eq!(names, expected);
    assert_eq!(fields[0].role(), Role::Scenario);
    assert_eq!(fields[3].kind(), InputKind::Dense);
    assert_eq!(fields[4].kind(), InputKind::Bag);
    assert_eq!(fields[6].size(), 26);
    assert_eq!(data.encoder.scenario_field(), 0);
    assert_eq!(
        data.encoder.scenarios(),
        ["(unknown)", "(missing)", "home", "list"]
    );
    assert_eq!(
        data.encoder.columns(),
        ["page", "user", "price", "weight", "tags", "time"]
    );
}

#[test]
fn ids_fall_with_training_frequency_and_ties_go_by_value() {
    let data = load_text(&log()).unwrap();
    // u1 twice, then u2 and u3; u9 is not in training; the last row has none.
    assert_eq!(ids_of(&data, "user"), [2, 3, 2, 4, 0, 1]);
    assert_eq!(ids_of(&data, "page"), [2, 2, 3, 3, 2, 0]);
    assert_eq!(data.columns.scenario, ids_of(&data, "page"));
    assert_eq!(
        data.columns.labels.as_deref(),
        Some(&[1, 0, 0, 1, 1, 0][..])
    );
    assert_eq!(data.parts[3..], [Part::Train, Part::Valid, Part::Test]);
    assert_eq!(data.rows_of(Part::Train), [0, 1, 2, 3]);
}

#[test]
fn lists_become_bags_that_are_never_empty() {
    let data = load_text(&log()).unwrap();
    let FieldColumn::Bags { offsets, ids } = &data.columns.fields[4] else {
        panic!()
    };
    // a three times, b twice, c once; z unknown.
    assert_eq!(offsets, &[0, 2, 3, 6, 7, 9, 10]);
    assert_eq!(ids, &[2, 3, 2, 3, 4, 2, MISSING, 0, 2, MISSING]);
    // The second item of "a:1;b", "a", "b;c:9;a", …: whole, since `before` belongs to the other field.
    assert_eq!(ids_of(&data, "second"), [2, 1, 3, 1, 0, 1]);
}

#[test]
fn numbers_become_buckets_and_standardised_values_of_the_training_rows() {
    let data = load_text(&log()).unwrap();
    assert_eq!(
        data.encoder.fields()[2].vocabulary(),
        &Vocabulary::Buckets(vec![3.0])
    );
    assert_eq!(ids_of(&data, "price"), [2, 2, 3, 3, 3, 1]);
    let FieldColumn::Dense(weight) = &data.columns.fields[3] else {
        panic!()
    };
    let std = (200.0_f32 / 3.0).sqrt();
    let expected = [-10.0 / std, 0.0, 0.0, 10.0 / std, 0.0, 0.0];
    for (value, expected) in weight.iter().zip(expected) {
        assert!((value - expected).abs() < 1e-6, "{weight:?}");
    }
}

#[test]
fn hours_and_weekdays_have_fixed_ids() {
    let data = load_text(&log()).unwrap();
    assert_eq!(ids_of(&data, "time_hour"), [2, 3, 4, 2, 2, 1]);
    // 1970-01-01 was a Thursday.
    assert_eq!(ids_of(&data, "time_weekday"), [5, 5, 5, 6, 5, 1]);
}

#[test]
fn the_report_counts_rows_and_unknown_values_and_hashes_the_file() {
    let data = load_text(&log()).unwrap();
    assert_eq!(data.report.rows, 6);
    assert_eq!(data.report.unknown, [1, 1, 0, 0, 1, 1, 0, 0]);
    assert_eq!(data.report.unknown_scenarios, 1);
    assert_eq!(data.report.sha256.len(), 64);
    let other = load_text(&log().replace("u9", "u8")).unwrap();
    assert_ne!(data.report.sha256, other.report.sha256);
}

#[test]
fn rare_values_are_unknown_and_the_size_is_limited() {
    let user = "name = \"user\"\nkind = \"categorical\"";
    let load_with = |key: &str| {
        let schema = shop_with(user, &format!("{user}\n{key}"));
        load(log().as_bytes(), "log.csv", &schema, LoadOptions::default()).unwrap()
    };
    assert_eq!(
        ids_of(&load_with("min_count = 2"), "user"),
        [2, 0, 2, 0, 0, 1]
    );
    assert_eq!(
        ids_of(&load_with("max_size = 2"), "user"),
        [2, 3, 2, 0, 0, 1]
    );
    let hashed = load_with("hash_buckets = 7");
    let users = ids_of(&hashed, "user");
    assert_eq!(hashed.encoder.fields()[1].size(), 9);
    assert_eq!(users[0], users[2]);
    assert_eq!(users[5], MISSING);
    assert!(users[4] >= 2, "a hashed value is never unknown");
}

#[test]
fn gzip_byte_order_marks_and_windows_lines_read_the_same() {
    let plain = load_text(&log()).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(HEADER.as_bytes()).unwrap();
    let mut packed = gzip.finish().unwrap();
    // A second member, as `cat a.gz b.gz` makes.
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(ROWS.as_bytes()).unwrap();
    packed.extend(gzip.finish().unwrap());
    let unpacked = load(&packed[..], "log.gz", &shop(), LoadOptions::default()).unwrap();
    assert_eq!(unpacked.columns, plain.columns);
    assert_eq!(unpacked.report.sha256, plain.report.sha256);

    let marked = load_text(&format!("\u{feff}{}", log())).unwrap();
    assert_eq!(marked.columns, plain.columns);
    let windows = load_text(&log().replace('\n', "\r\n")).unwrap();
    assert_eq!(windows.columns, plain.columns);
    let blank_lines = load_text(&log().replace('\n', "\n\n")).unwrap();
    assert_eq!(blank_lines.columns, plain.columns);
}

#[test]
fn a_file_without_labels_loads_when_they_are_optional() {
    let text: String = log()
        .lines()
        .map(|line| {
            let mut cells: Vec<_> = line.split(',').collect();
            cells.remove(6);
            cells.join(",") + "\n"
        })
        .collect();
    assert!(load_text(&text).is_err());
    let options = LoadOptions {
        label: LabelUse::Optional,
        ..Default::default()
    };
    let data = load(text.as_bytes(), "log.csv", &shop(), options).unwrap();
    assert_eq!(data.columns.labels, None);
    assert_eq!(data.columns.rows, 6);
}

#[test]
fn true_probabilities_are_kept_beside_the_labels() {
    let text: String = log()
        .lines()
        .enumerate()
        .map(|(index, line)| match index {
            0 => format!("{line},true_probability\n"),
            _ => format!("{line},0.{index}\n"),
        })
        .collect();
    let data = load_text(&text).unwrap();
    assert_eq!(
        data.columns.truth.as_deref(),
        Some(&[0.1, 0.2, 0.3, 0.4, 0.5, 0.6][..])
    );
}

#[test]
fn progress_ends_at_the_size_of_the_source() {
    let text = log();
    let mut last = 0;
    let mut note = |bytes| last = bytes;
    let options = LoadOptions {
        progress: Some(&mut note),
        ..Default::default()
    };
    load(text.as_bytes(), "log.csv", &shop(), options).unwrap();
    assert_eq!(last, text.len() as u64);
}

#[test]
fn quoted_cells_hold_delimiters_and_newlines() {
    let data = load_text(&log().replace("u1,home", "\"u,\n1\",home")).unwrap();
    assert!(data.encoder.fields()[1].vocabulary().id("u,\n1") >= 2);
    assert_eq!(data.columns.rows, 6);
}

#[test]
fn a_value_that_a_row_repeats_counts_once() {
    let text = format!("{HEADER}u1,home,1,1,b;b;b;a,0,1,tr\nu1,home,1,1,a,0,1,tr\n");
    let data = load_text(&text).unwrap();
    let values = data.encoder.fields()[4].vocabulary().values().unwrap();
    assert_eq!(values.iter().collect::<Vec<_>>(), ["a", "b"]);
}
