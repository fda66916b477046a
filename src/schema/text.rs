//! Values that a schema writes as text or as numbers.

use std::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

/// Reads a list of values: `["0", "x"]`, and `[0, 1]` for those who leave the quotes out.
pub(super) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let scalars = Vec::<Scalar>::deserialize(deserializer)?;
    Ok(scalars.into_iter().map(|Scalar(text)| text).collect())
}

/// One value, as text.
struct Scalar(String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AsText).map(Self)
    }
}

struct AsText;

impl Visitor<'_> for AsText {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number or a truth value")
    }

    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_i64<E>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_f64<E>(self, number: f64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_bool<E>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }
}

/// Whether a cell holds `wanted`: the same text, or the same number (`1.0` is `1`).
pub(crate) fn same_value(cell: &str, wanted: &str) -> bool {
    let (cell, wanted) = (cell.trim(), wanted.trim());
    cell == wanted
        || matches!((cell.parse::<f64>(), wanted.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}

/// A text that stands twice among `texts`, if one does. By sorting: a header may have as many as a line has letters.
pub(crate) fn twice<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut sorted: Vec<&str> = texts.into_iter().collect();
    sorted.sort_unstable();
    let pair = sorted.windows(2).find(|pair| pair[0] == pair[1])?;
    Some(pair[0])
}

#[cfg(test)]
mod tests {
    use super::{same_value, twice};

    #[test]
    fn what_stands_twice_is_found() {
        assert_eq!(twice(["b", "a", "c", "a"]), Some("a"));
        assert_eq!(twice(["b", "a", ""]), None);
        assert_eq!(twice([]), None);
    }

    #[test]
    fn numbers_compare_as_numbers_and_text_as_text() {
        assert!(same_value("1.0", "1"));
        assert!(same_value(" train ", "train"));
        assert!(!same_value("1", "10"));
        assert!(!same_value("nan", "NaN "));
    }
}
