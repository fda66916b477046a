//! Values that a schema writes as text or as numbers.

use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
}

/// Reads a list of values: `["0", "x"]`, and `[0, 1]` for those who leave the quotes out.
pub(super) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let scalars = Vec::<Scalar>::deserialize(deserializer)?;
    Ok(scalars
        .into_iter()
        .map(|scalar| match scalar {
            Scalar::Text(text) => text,
            Scalar::Integer(number) => number.to_string(),
            Scalar::Float(number) => number.to_string(),
            Scalar::Bool(value) => value.to_string(),
        })
        .collect())
}

/// Whether a cell holds `wanted`: the same text, or the same number (`1.0` is `1`).
pub(crate) fn same_value(cell: &str, wanted: &str) -> bool {
    let (cell, wanted) = (cell.trim(), wanted.trim());
    cell == wanted
        || matches!((cell.parse::<f64>(), wanted.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::same_value;

    #[test]
    fn numbers_compare_as_numbers_and_text_as_text() {
        assert!(same_value("1.0", "1"));
        assert!(same_value(" train ", "train"));
        assert!(!same_value("1", "10"));
        assert!(!same_value("nan", "NaN "));
    }
}
