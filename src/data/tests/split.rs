//! The ways to split.

use super::*;
use crate::data::{Part, SplitUse, encode};
use crate::schema::Split;

const COLUMN: &str =
    "kind = \"column\"\ncolumn = \"part\"\ntrain = [\"tr\"]\nvalid = [\"va\"]\ntest = [\"te\"]";

/// A log of `days` days with `per_day` rows each.
fn days(days: usize, per_day: usize) -> String {
    let mut text = HEADER.to_owned();
    for row in 0..days * per_day {
        let time = row / per_day * 86_400 + 3600;
        let part = ["tr", "te"][row % 2];
        text.push_str(&format!("u{row},home,1,1,a,{time},1,{part}\n"));
    }
    text
}

fn parts_of(text: &str, schema: &Schema) -> Vec<Part> {
    let options = LoadOptions {
        seed: 3,
        ..Default::default()
    };
    load(text.as_bytes(), "log.csv", schema, options)
        .unwrap()
        .parts
}

fn count(parts: &[Part], part: Part) -> usize {
    parts.iter().filter(|of| **of == part).count()
}

#[test]
fn days_count_back_from_the_last() {
    let schema = shop_with(COLUMN, "kind = \"day\"\ncolumn = \"time\"\ntest_days = 2");
    let parts = parts_of(&days(5, 2), &schema);
    use Part::{Test, Train, Valid};
    assert_eq!(
        parts,
        [
            Train, Train, Train, Train, Valid, Valid, Test, Test, Test, Test
        ]
    );
    // Three hours west of Greenwich it is still the day before.
    let schema = shop_with(
        COLUMN,
        "kind = \"day\"\ncolumn = \"time\"\nutc_offset = -3\nvalid_from = \"1970-01-01\"\ntest_from = \"1970-01-02\"",
    );
    assert_eq!(parts_of(&days(3, 1), &schema), [Train, Valid, Test]);
}

#[test]
fn too_few_days_are_an_error_that_counts_them() {
    let schema = shop_with(COLUMN, "kind = \"day\"\ncolumn = \"time\"");
    let text = days(2, 3);
    let error = load(text.as_bytes(), "log.csv", &schema, LoadOptions::default()).unwrap_err();
    assert!(error.to_string().contains("spans 2 days"), "{error}");
    let text = text.replace(",3600,", ",-1,");
    let error = load(text.as_bytes(), "log.csv", &schema, LoadOptions::default()).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("log.csv:2: column \"time\": the time is missing"),
        "{error}"
    );
}

#[test]
fn a_later_log_is_all_test_unless_it_is_split_anew() {
    let schema = shop_with(COLUMN, "kind = \"day\"\ncolumn = \"time\"");
    let first = load(days(4, 1).as_bytes(), "a", &schema, LoadOptions::default()).unwrap();
    let mut later = HEADER.to_owned();
    for day in 4..9 {
        later.push_str(&format!("u,home,1,1,a,{},1,tr\n", day * 86_400));
    }
    let encoded = |encoder, split| {
        let options = LoadOptions {
            split,
            ..Default::default()
        };
        encode(later.as_bytes(), "b", encoder, options).unwrap()
    };
    let parts = |split| encoded(&first.encoder, split).parts;
    assert_eq!(parts(SplitUse::Fitted), [Part::Test; 5]);
    assert_eq!(parts(SplitUse::Whole), [Part::Test; 5]);
    assert_eq!(
        parts(SplitUse::Refit)[..4],
        [Part::Train, Part::Train, Part::Train, Part::Valid]
    );

    // A model that is trained on the new split measures by it.
    let anew = encoded(&first.encoder, SplitUse::Refit);
    assert!(anew.encoder.encodes_as(&first.encoder));
    assert_eq!(encoded(&anew.encoder, SplitUse::Fitted).parts, anew.parts);
}

#[test]
fn without_a_split_rows_go_by_hash_eighty_ten_ten() {
    let schema = shop_with(&format!("[split]\n{COLUMN}"), "");
    let parts = parts_of(&days(1, 2000), &schema);
    for (part, share) in [(Part::Train, 0.8), (Part::Valid, 0.1), (Part::Test, 0.1)] {
        let counted = count(&parts, part) as f64 / 2000.0;
        assert!((counted - share).abs() < 0.03, "{part:?} {counted}");
    }
    assert_eq!(parts, parts_of(&days(1, 2000), &schema));
}

#[test]
fn missing_validation_rows_are_a_tenth_of_the_training_rows() {
    for split in [
        COLUMN.replace("valid = [\"va\"]", ""),
        COLUMN.to_owned(),
        "kind = \"day\"\ncolumn = \"time\"\nvalid_days = 0".to_owned(),
        "kind = \"none\"".to_owned(),
    ] {
        let parts = parts_of(&days(2, 1000), &shop_with(COLUMN, &split));
        let train = count(&parts, Part::Train) + count(&parts, Part::Valid);
        let share = count(&parts, Part::Valid) as f64 / train as f64;
        assert!((share - 0.1).abs() < 0.03, "{split} {share}");
    }
}

#[test]
fn the_same_rows_validate_when_the_file_is_read_again() {
    let schema = shop_with(COLUMN, "kind = \"none\"");
    let text = days(2, 100);
    let options = LoadOptions {
        seed: 9,
        ..Default::default()
    };
    let first = load(text.as_bytes(), "a", &schema, options).unwrap();
    let again = encode(text.as_bytes(), "a", &first.encoder, LoadOptions::default()).unwrap();
    assert_eq!(first.parts, again.parts);
    assert_eq!(first.columns, again.columns);
}

#[test]
fn rows_in_no_part_are_left_out_and_counted() {
    let data = load_text(&log().replace("1,va", "1,xx")).unwrap();
    assert_eq!(
        (data.report.rows, data.report.unsplit, data.columns.rows),
        (6, 1, 5)
    );
}

#[test]
fn a_whole_file_needs_no_split_column() {
    let data = load_text(&log()).unwrap();
    let text = "bought,user,page,price,weight,tags,time\n1,u1,home,1,10,a,0\n";
    let mut options = LoadOptions::default();
    let error = encode(text.as_bytes(), "b", &data.encoder, options).unwrap_err();
    assert!(error.to_string().contains("for the split"), "{error}");
    options = LoadOptions {
        split: SplitUse::Whole,
        ..Default::default()
    };
    let whole = encode(text.as_bytes(), "b", &data.encoder, options).unwrap();
    assert_eq!(whole.parts, [Part::Test]);
    assert!(matches!(data.encoder.schema().split, Split::Column(_)));
}
