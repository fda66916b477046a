//! Some values of a JSON object, by their keys: what else is in it is passed over and not kept.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The value of each of `keys`, as it stands in `line`; none where the object has not got the key. Of a key that stands
/// twice it is the last.
///
/// # Errors
/// When the line is not one JSON object.
pub(super) fn values<'a>(
    line: &'a [u8],
    keys: &[String],
) -> serde_json::Result<Vec<Option<&'a RawValue>>> {
    // Looked at once as a whole: what passes over a value would pass over text that is none.
    let line = std::str::from_utf8(line).map_err(serde_json::Error::custom)?;
    let mut json = serde_json::Deserializer::from_str(line);
    let values = json.deserialize_map(Values(keys))?;
    json.end()?;
    Ok(values)
}

struct Values<'k>(&'k [String]);

impl<'a> Visitor<'a> for Values<'_> {
    type Value = Vec<Option<&'a RawValue>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut values = vec![None; self.0.len()];
        while let Some(place) = map.next_key_seed(Place(self.0))? {
            match place {
                Some(place) => values[place] = Some(map.next_value()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(values)
    }
}

/// The place of a key among those that are wanted.
struct Place<'k>(&'k [String]);

impl<'a> DeserializeSeed<'a> for Place<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Place<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|wanted| wanted == key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of the keys a, b and "é".
    fn of(line: &[u8]) -> Option<Vec<Option<&str>>> {
        let keys = ["a", "b", "é"].map(str::to_owned);
        let values = values(line, &keys).ok()?;
        Some(
            values
                .iter()
                .map(|value| value.map(RawValue::get))
                .collect(),
        )
    }

    #[test]
    fn what_is_wanted_is_there_as_it_stands() {
        let line = r#" {"c": {"a": 1}, "b": [1, {"a": 2}], "\u00e9": "x\n", "a": null, "d": "}"} "#;
        let found = [Some("null"), Some("[1, {\"a\": 2}]"), Some(r#""x\n""#)];
        assert_eq!(of(line.as_bytes()).unwrap(), found);
        assert_eq!(of(b"{}").unwrap(), [None; 3]);
        assert_eq!(of(br#"{"a":1,"a":2}"#).unwrap(), [Some("2"), None, None]);
    }

    #[test]
    fn what_is_not_one_object_is_an_error() {
        for line in [
            "",
            "[]",
            "1",
            "{\"a\":1",
            "{\"a\":1} 2",
            "{\"c\":x}",
            "{1:2}",
        ] {
            assert_eq!(of(line.as_bytes()), None, "{line}");
        }
        assert_eq!(of(b"{\"c\":\"\xff\"}"), None);
    }
}
