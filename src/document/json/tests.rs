//! The reader beside serde's own: the same texts are read, to the same values, and the same are refused.

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::from_str;

/// Whether both readers read `text`, to the same value.
fn agree(text: &str) -> bool {
    match (from_str::<Value>(text), serde_json::from_str::<Value>(text)) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(ours, theirs, "{text}");
            true
        }
        (Err(_), Err(_)) => false,
        (ours, theirs) => panic!("{text:?}: {ours:?}, {theirs:?}"),
    }
}

#[test]
fn the_same_texts_are_read() {
    for text in [
        " null ",
        "[true, false]",
        "[]",
        "{}",
        "[[], {}, [{}]]",
        "[0, -0, 1, -1, 18446744073709551615, 18446744073709551616, -9223372036854775808, -9223372036854775809]",
        "[0.1, 1e0, 1E+2, 1.5e-3, 123456789012345678901234567890, 2.2250738585072011e-308, 4.9e-324, 1e-400]",
        r#""\"\\\/\b\f\n\r\tA\u00e9\ud83d\ude00é😀""#,
        "{\"a\": 1,\n\t\"b\" : [ { \"c\" : \"d\" } ] , \"a\": 2}\r\n",
    ] {
        assert!(agree(text), "{text}");
    }
    let deep = "[".repeat(127) + &"]".repeat(127);
    assert!(agree(&deep));
}

#[test]
fn the_same_texts_are_refused() {
    for text in [
        "",
        " ",
        "nul",
        "nulls",
        "tru",
        "fals",
        "+1",
        "01",
        "-",
        "-01",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "1e999",
        "NaN",
        "Infinity",
        "[",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{",
        "}",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "{1:1}",
        "{,}",
        "[1}",
        "\"",
        "\"a",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud83d\"",
        "\"\\ud83d\\u0041\"",
        "\"\\ude00\"",
        "\"a\nb\"",
        "\"\u{1}\"",
        "1 2",
        "[] x",
    ] {
        assert!(!agree(text), "{text}");
    }
    assert!(!agree(&"[".repeat(100_000)));
}

proptest! {
    #[test]
    fn a_changed_letter_is_seen_by_both(place in 0_usize..100, letter in "[\\[\\]{}\",:0-9eE.+\\-\\\\ untf]") {
        let mut text: Vec<char> = r#"{"a": [1, -2.5e3, "x\n\u0041"], "b": {"c": null, "d": [true, false, {}]}, "e": "f"}"#.chars().collect();
        let place = place % text.len();
        text.splice(place..=place, letter.chars());
        agree(&text.iter().collect::<String>());
    }

    #[test]
    fn every_number_is_the_nearest(number in any::<f64>(), digits in "-?[1-9][0-9]{0,25}(\\.[0-9]{1,25})?(e-?[0-9]{1,2})?") {
        agree(&serde_json::to_string(&number).unwrap());
        agree(&digits);
        prop_assert_eq!(from_str::<f32>(&digits).ok(), serde_json::from_str(&digits).ok());
    }

    #[test]
    fn every_text_is_read_as_it_was_written(text in any::<String>()) {
        let json = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(from_str::<String>(&json).unwrap(), text);
    }
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Thing {
    name: String,
    #[serde(default)]
    size: Option<u8>,
    pair: (i32, f32),
    kind: Kind,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Plain,
    Of(u32),
    Sized { width: f32 },
}

fn refused(text: &str) -> String {
    let theirs = serde_json::from_str::<Thing>(text);
    assert!(theirs.is_err(), "{text}");
    from_str::<Thing>(text).unwrap_err().to_string()
}

#[test]
fn types_are_read_as_serde_writes_them() {
    for (kind, read) in [
        (r#""plain""#, Kind::Plain),
        (r#"{"plain": null}"#, Kind::Plain),
        (r#"{"of": 3}"#, Kind::Of(3)),
        (
            r#"{ "sized" : {"width": 0.1} }"#,
            Kind::Sized { width: 0.1 },
        ),
    ] {
        let text = format!(r#"{{"name": "a", "pair": [-1, 2], "kind": {kind}}}"#);
        let thing = Thing {
            name: "a".to_owned(),
            size: None,
            pair: (-1, 2.0),
            kind: read,
        };
        assert_eq!(from_str::<Thing>(&text).unwrap(), thing);
        assert_eq!(serde_json::from_str::<Thing>(&text).unwrap(), thing);
    }
}

#[test]
fn an_error_says_what_is_wrong_and_where() {
    for (text, says) in [
        (
            r#"{"name": 1}"#,
            "invalid type: integer `1`, expected a string at line 1 column 10",
        ),
        (
            "{\"name\": \"a\",\n \"nome\": 1}",
            "unknown field `nome`, expected one of `name`, `size`, `pair`, `kind` at line 2 column 7",
        ),
        (
            r#"{"name": "a"}"#,
            "missing field `pair` at line 1 column 13",
        ),
        (
            r#"{"name": "a", "name": "b"}"#,
            "duplicate field `name` at line 1 column 20",
        ),
        (
            r#"{"size": 300}"#,
            "invalid value: integer `300`, expected u8 at line 1 column 12",
        ),
        (
            r#"{"size": 1.5}"#,
            "invalid type: floating point `1.5`, expected u8 at line 1 column 12",
        ),
        (
            r#"{"pair": [1]}"#,
            "invalid length 1, expected a tuple of size 2 at line 1 column 12",
        ),
        (
            r#"{"pair": [1, 2, 3]}"#,
            "trailing characters at line 1 column 16",
        ),
        (
            r#"{"kind": "odd"}"#,
            "unknown variant `odd`, expected one of `plain`, `of`, `sized` at line 1 column 14",
        ),
        (
            r#"{"kind": "of"}"#,
            "invalid type: unit variant, expected newtype variant at line 1 column 13",
        ),
        (
            r#"{"kind": {"of": 1, "plain": null}}"#,
            "expected `}` at line 1 column 19",
        ),
        (r#"{"kind": {}}"#, "expected a name at line 1 column 11"),
        (
            "[]",
            "invalid type: sequence, expected struct Thing at line 1 column 0",
        ),
    ] {
        assert_eq!(refused(text), says, "{text}");
    }
}
