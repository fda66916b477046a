//! Guesses on small logs in the shapes people have.

use super::*;
use crate::schema::{FieldKind, LabelRule, Split};

fn guessed(text: &str) -> Schema {
    let (schema, toml) = guess(text.as_bytes(), "log").unwrap();
    assert_eq!(Schema::parse(&toml, "log").unwrap(), schema);
    let decisions = 4 + schema.fields.len();
    assert!(toml.matches("# why: ").count() >= decisions, "{toml}");
    schema
}

fn field<'a>(schema: &'a Schema, name: &str) -> &'a crate::schema::Field {
    schema
        .fields
        .iter()
        .find(|field| field.name == name)
        .unwrap()
}

#[test]
fn a_rating_log_with_a_split_column() {
    let mut text = "item_id,rating,timestamp,category,brand,split\n".to_owned();
    for row in 0..100 {
        let category = ["Phones & More", "Audio", "Video"][row % 3];
        let brand = ["", "Sony", ""][row % 3];
        text.push_str(&format!(
            "{row},{}.0,2015-0{}-11,\"{category}, all\",{brand},{}\n",
            row % 5 + 1,
            row % 9 + 1,
            row % 3
        ));
    }
    let schema = guessed(&text);
    assert_eq!(schema.label.rule, LabelRule::AtLeast(4.0));
    assert_eq!(schema.scenario.field, "category");
    assert!(matches!(schema.split, Split::Column(_)));
    assert!(matches!(
        field(&schema, "timestamp").kind,
        FieldKind::Timestamp(_)
    ));
    assert!(matches!(
        field(&schema, "item_id").kind,
        FieldKind::Categorical(_)
    ));
    let priors = |name: &str| field(&schema, name).prior;
    assert_eq!(["item_id", "category"].map(priors), [true, false]);
}

#[test]
fn a_space_separated_log_with_lists_and_minus_one() {
    let mut text =
        "instance_id props hints context_timestamp context_page_id score is_trade\n".to_owned();
    for row in 0..100 {
        let time = 1_537_200_000 + row * 7_000;
        text.push_str(&format!(
            "{} {};{row} {}:1,2;9:-1 {time} {} {} {}\n",
            row + 7_000_000,
            row % 7,
            row % 5,
            row % 4 + 4001,
            if row % 10 == 0 {
                "-1".into()
            } else {
                format!("0.{row}")
            },
            u8::from(row % 9 == 0)
        ));
    }
    let schema = guessed(&text);
    assert_eq!(schema.format.delimiter, " ");
    assert_eq!(schema.format.missing, ["", "-1"]);
    assert_eq!(schema.label.column, "is_trade");
    assert_eq!(schema.scenario.field, "context_page_id");
    assert!(matches!(schema.split, Split::Day(_)));
    assert!(matches!(
        field(&schema, "score").kind,
        FieldKind::Numeric(_)
    ));
    let FieldKind::Multi(hints) = &field(&schema, "hints").kind else {
        panic!()
    };
    assert_eq!(hints.before.as_deref(), Some(":"));
    assert!(
        !schema
            .fields
            .iter()
            .any(|field| field.name == "instance_id")
    );
}

#[test]
fn other_delimiters() {
    for delimiter in ["\t", ";", "|"] {
        let text = "user,channel,label\na,x,1\nb,y,0\na,z,1\n".replace(',', delimiter);
        assert_eq!(guessed(&text).format.delimiter, delimiter);
    }
}

#[test]
fn a_label_in_words() {
    let label = |values: [&str; 2]| {
        let [no, yes] = values;
        let text = format!("page,bought\nhome,{no}\ncart,{yes}\nhome,{yes}\n");
        guessed(&text).label.rule
    };
    for [no, yes] in [["no", "yes"], ["False", "True"], ["N", "Y"], ["neg", "pos"]] {
        let rule = LabelRule::Values {
            positive: vec![yes.into()],
            negative: vec![no.into()],
        };
        assert_eq!(label([no, yes]), rule);
        assert_eq!(label([yes, no]).clone(), label([no, yes]));
    }
}

#[test]
fn a_label_that_is_0_or_1_goes_before_words() {
    let text = "page,seen,flag,loyal\nhome,yes,0,n\ncart,no,1,y\ncart,no,1,n\n";
    assert_eq!(guessed(text).label.column, "flag");
    let text = "page,seen,loyal\nhome,yes,n\ncart,no,y\ncart,no,n\n";
    assert_eq!(guessed(text).label.column, "loyal");
}

/// Conversions are rare: the first rows may have none.
#[test]
fn a_label_of_one_value_is_one_where_its_name_says_so() {
    for (value, rule) in [
        ("0", ["1", "0"]),
        ("1", ["1", "0"]),
        ("0.0", ["1.0", "0.0"]),
    ] {
        let mut text = "item,scene,label\n".to_owned();
        for row in 0..60 {
            text += &format!("i{},{},{value}\n", row % 15, row % 2);
        }
        let schema = guessed(&text);
        assert_eq!(schema.label.column, "label");
        let [positive, negative] = rule.map(|value| vec![value.to_owned()]);
        assert_eq!(schema.label.rule, LabelRule::Values { positive, negative });
        assert_eq!(schema.scenario.field, "scene");
    }
    let error = guess("page,seen\nhome,0\ncart,0\n".as_bytes(), "log").unwrap_err();
    assert!(error.to_string().contains("looks like a label"), "{error}");
}

#[test]
fn a_column_that_is_named_like_a_scenario_is_the_label_last() {
    let text = "item,sold,scene\na,0,0\nb,1,1\na,1,0\n";
    let schema = guessed(text);
    assert_eq!(
        (schema.label.column, schema.scenario.field),
        ("sold".into(), "scene".into())
    );
    let text = "item,sold,scene\na,no,0\nb,yes,1\na,no,0\n";
    assert_eq!(guessed(text).label.column, "sold");
    assert_eq!(guessed("item,scene\na,0\nb,1\n").label.column, "scene");
}

/// As pandas writes a table: its row numbers first, under no name.
#[test]
fn a_column_without_a_name_is_no_field() {
    let mut text = ",scene,brand,label\n".to_owned();
    for row in 0..40 {
        let (scene, brand) = (row % 3, row % 5);
        text.push_str(&format!("{row},s{scene},b{brand},{}\n", row % 2));
    }
    let schema = guessed(&text);
    assert_eq!(schema.scenario.field, "scene");
    let names = schema.fields.iter().map(|field| field.name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["scene", "brand"]);
}

#[test]
fn a_column_that_is_called_scenario_may_have_many_values() {
    let log = |name: &str| {
        let mut text = format!("{name},colour,label\n");
        for row in 0..180 {
            text.push_str(&format!("s{},c{},{}\n", row % 60, row % 4, row % 2));
        }
        text
    };
    assert_eq!(guessed(&log("scenario")).scenario.field, "scenario");
    assert_eq!(guessed(&log("category")).scenario.field, "colour");
}

#[test]
fn a_label_whose_positive_value_is_unknown_is_named() {
    let error = guess("page,bought\nhome,left\ncart,paid\n".as_bytes(), "log").unwrap_err();
    let hint = error.to_string();
    assert!(
        hint.contains(r#"column "bought" is "left" or "paid""#),
        "{hint}"
    );
}

#[test]
fn what_cannot_be_guessed_is_an_error_that_says_so() {
    let error = |text: &[u8]| guess(text, "log").unwrap_err().to_string();
    assert!(error(b"").contains("the file is empty"));
    assert!(error(b"a,b\n").contains("no rows"));
    assert!(error(b"hello\nworld\n").contains("no delimiter"));
    assert!(error(b"a,b\nx,y\nz,w\n").contains("looks like a label"));
    assert!(error(b"a,label\nx,1\nx,0\n").contains("can be the scenario"));
    assert!(error(b"a,a,label\nx,y,1\nx,z,0\n").contains("two columns \"a\""));
    assert!(error(b"a,label\n\xff,1\n").contains("UTF-8"));
}

/// What `midpg synth --truth` adds is what a model is measured by.
#[test]
fn the_true_probability_of_a_generated_log_is_no_field() {
    let mut text = "page,price,true_probability,label\n".to_owned();
    for row in 0..60 {
        text += &format!("p{},{}.5,0.{row},{}\n", row % 3, row % 7, row % 2);
    }
    let names: Vec<String> = guessed(&text).fields.into_iter().map(|f| f.name).collect();
    assert_eq!(names, ["page", "price"]);
}

#[test]
fn odd_names_are_escaped() {
    let schema = guessed("the \"page\"\tlabel\nx\t1\ny\t0\n");
    assert_eq!(schema.label.column, "label");
}

#[test]
fn a_name_with_a_line_break_stays_in_its_comment() {
    let mut text = "\"one\nfield\",page,y\n".to_owned();
    for row in 0..60 {
        text.push_str(&format!("same,p{},{}\n", row % 3, row % 2));
    }
    let schema = guessed(&text);
    assert_eq!(schema.fields.len(), 1);
}

#[test]
fn a_label_with_a_line_end_in_its_cells_does_not_end_the_comment_on_it() {
    let mut text = "page,label\n".to_owned();
    for row in 0..30 {
        text += &format!("{},\"{}\n\"\n", ["a", "b"][row % 2], row % 3 / 2);
    }
    let schema = guessed(&text);
    let LabelRule::Values { positive, negative } = schema.label.rule else {
        panic!("{:?}", schema.label);
    };
    assert_eq!((positive[0].trim(), negative[0].trim()), ("1", "0"));
}
