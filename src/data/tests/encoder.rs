//! The encoder as JSON.

use serde_json::{Value, json};

use super::*;
use crate::data::Encoder;

fn learnt() -> Value {
    serde_json::to_value(&*load_text(&log()).unwrap().encoder).unwrap()
}

fn read(json: &Value) -> Result<Encoder, String> {
    serde_json::from_str(&json.to_string()).map_err(|error| error.to_string())
}

#[test]
fn json_reads_back_to_the_same_encoder() {
    let data = load_text(&log()).unwrap();
    let text = serde_json::to_string(&*data.encoder).unwrap();
    assert_eq!(
        serde_json::from_str::<Encoder>(&text).unwrap(),
        *data.encoder
    );
}

#[test]
fn json_that_does_not_suit_its_schema_is_an_error() {
    let change = |path: &str, value: Value| {
        let mut json = learnt();
        *json.pointer_mut(path).unwrap() = value;
        read(&json).unwrap_err()
    };
    let error = change("/fields/1/vocabulary", json!({"values": ["a", "b", "a"]}));
    assert!(error.contains("\"a\" stands twice"), "{error}");
    let error = change("/fields/1/name", json!("someone"));
    assert!(error.contains("not those of the schema"), "{error}");
    for (path, value) in [
        ("/fields/1/vocabulary", json!({"hashed": 4_000_000_000_u32})),
        ("/fields/1/vocabulary", json!({"calendar": "hour"})),
        ("/fields/2/vocabulary", json!({"buckets": [2.0, 1.0]})),
        (
            "/fields/3/vocabulary",
            json!({"standard": {"mean": 0.0, "std": 0.0}}),
        ),
        (
            "/fields/3/vocabulary",
            json!({"standard": {"mean": 0.0, "std": -1.0}}),
        ),
        ("/fields/6/vocabulary", json!({"calendar": "weekday"})),
    ] {
        let error = change(path, value);
        assert!(error.contains("does not suit"), "{error}");
    }
    change("/fields/1/vocabulary", json!({"values": [1, 2]}));
    change("/fields/1/vocabulary", json!({"magic": []}));
    change("/fields/2/vocabulary", json!({"buckets": [1e300]}));
    change("/fields", json!([]));
    let error = change("/schema/scenario/field", json!("user"));
    assert!(error.contains("not scenario-aware"), "{error}");
}

#[test]
fn strange_texts_survive() {
    let odd = "\"q\"\"u,\u{1}\u{fffd}é😀\"";
    let data = load_text(&log().replace("u1,home", &format!("{odd},home"))).unwrap();
    let text = serde_json::to_string(&*data.encoder).unwrap();
    let read: Encoder = serde_json::from_str(&text).unwrap();
    assert!(read.fields()[1].vocabulary().id("q\"u,\u{1}\u{fffd}é😀") >= 2);
}

#[test]
fn a_column_that_is_read_must_be_there_once() {
    let encoder = load_text(&log()).unwrap().encoder;
    let mut header = encoder.columns();
    header.extend(["other", "other"]);
    encoder.bind(&header).unwrap();
    header.push("page");
    let error = encoder.bind(&header).unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Schema);
    assert_eq!(error.to_string(), "there are two columns \"page\"");
    header.retain(|column| *column != "page");
    let error = encoder.bind(&header).unwrap_err().to_string();
    assert!(error.contains("no column \"page\""), "{error}");
}
