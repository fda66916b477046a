//! What is predicted: a column and the rule that makes it 0 or 1.

use serde::{Deserialize, Serialize};

use super::text::{same_value, texts};
use crate::error::{Error, ErrorKind, Result, quote};

/// The label column and its rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "LabelToml", into = "LabelToml")]
pub struct Label {
    /// The column of the file.
    pub column: String,
    /// What makes a row positive.
    pub rule: LabelRule,
}

/// What makes a row positive.
#[derive(Debug, Clone, PartialEq)]
pub enum LabelRule {
    /// A number of at least this much.
    AtLeast(f64),
    /// One of `positive`; a row is negative when its value is in `negative`, or, when that is empty,
    /// when it has any other value. If every positive value is a number, so must be the others.
    Values {
        /// The positive values.
        positive: Vec<String>,
        /// The negative values; empty for "all others".
        negative: Vec<String>,
    },
}

impl Label {
    /// The label of a cell, 0 or 1; `missing` says that the cell is a missing marker of the format.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] when the cell is no label.
    pub fn decode(&self, cell: &str, missing: bool) -> Result<u8> {
        let holds = |values: &[String]| values.iter().any(|value| same_value(cell, value));
        match &self.rule {
            LabelRule::AtLeast(_) if missing => {
                Err(self.undecodable(cell, "means missing: the row has no label"))
            }
            LabelRule::AtLeast(threshold) => match cell.trim().parse::<f64>() {
                Ok(value) if value.is_finite() => Ok(u8::from(value >= *threshold)),
                _ => Err(self.undecodable(cell, "is not a number")),
            },
            LabelRule::Values { positive, .. } if holds(positive) => Ok(1),
            LabelRule::Values { negative, .. } if holds(negative) => Ok(0),
            LabelRule::Values { negative, .. } if !negative.is_empty() => {
                Err(self.undecodable(cell, "is neither a positive nor a negative label"))
            }
            LabelRule::Values { .. } if missing || cell.trim().is_empty() => {
                Err(self.undecodable(cell, "means missing: the row has no label"))
            }
            LabelRule::Values { positive, .. } => {
                let number = |text: &str| text.trim().parse::<f64>().is_ok_and(f64::is_finite);
                if positive.iter().all(|value| number(value)) && !number(cell) {
                    return Err(
                        self.undecodable(cell, "is not a number as the positive labels are")
                    );
                }
                Ok(0)
            }
        }
    }

    fn undecodable(&self, cell: &str, why: &str) -> Error {
        Error::new(ErrorKind::Data, format!("label {} {why}", quote(cell)))
            .in_column(self.column.clone())
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelToml {
    column: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_least: Option<f64>,
    #[serde(
        default,
        deserialize_with = "texts",
        skip_serializing_if = "Vec::is_empty"
    )]
    positive: Vec<String>,
    #[serde(
        default,
        deserialize_with = "texts",
        skip_serializing_if = "Vec::is_empty"
    )]
    negative: Vec<String>,
}

impl TryFrom<LabelToml> for Label {
    type Error = Error;

    fn try_from(toml: LabelToml) -> Result<Self> {
        let wrong = |message: &str| Err(Error::new(ErrorKind::Schema, message));
        let rule = match (toml.at_least, toml.positive.is_empty()) {
            (Some(_), _) if !toml.negative.is_empty() => {
                return wrong("label.negative: goes with label.positive, not with at_least");
            }
            (Some(_), false) => return wrong("label: give at_least or positive, not both"),
            (None, true) => {
                return wrong(r#"label: needs a rule, at_least = 4 or positive = ["1"]"#);
            }
            (Some(threshold), true) if threshold.is_finite() => LabelRule::AtLeast(threshold),
            (Some(_), true) => return wrong("label.at_least: is not a finite number"),
            (None, false) => LabelRule::Values {
                positive: toml.positive,
                negative: toml.negative,
            },
        };
        Ok(Self {
            column: toml.column,
            rule,
        })
    }
}

impl From<Label> for LabelToml {
    fn from(label: Label) -> Self {
        let (at_least, positive, negative) = match label.rule {
            LabelRule::AtLeast(threshold) => (Some(threshold), vec![], vec![]),
            LabelRule::Values { positive, negative } => (None, positive, negative),
        };
        Self {
            column: label.column,
            at_least,
            positive,
            negative,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(toml: &str) -> Label {
        toml::from_str(toml).unwrap()
    }

    #[test]
    fn a_threshold_takes_numbers_only() {
        let label = label("column = 'rating'\nat_least = 4");
        assert_eq!(label.decode("4.0", false).unwrap(), 1);
        assert_eq!(label.decode("3", false).unwrap(), 0);
        let error = label.decode("good", false).unwrap_err().to_string();
        assert_eq!(error, r#"column "rating": label "good" is not a number"#);
        assert!(label.decode("NaN", false).is_err());
        assert!(label.decode("", true).is_err());
        // A marker that is a number is none that is below the threshold.
        let error = label.decode("-1", true).unwrap_err().to_string();
        assert!(error.contains("the row has no label"), "{error}");
        assert_eq!(label.decode("-1", false).unwrap(), 0);
    }

    #[test]
    fn without_negatives_other_numbers_are_negative_but_text_is_not_a_label() {
        let label = label("column = 'y'\npositive = [1]");
        assert_eq!(label.decode("1.0", false).unwrap(), 1);
        assert_eq!(label.decode("0", false).unwrap(), 0);
        assert!(label.decode("yes", false).is_err());
        assert!(label.decode("-1", true).is_err());
    }

    #[test]
    fn with_negatives_anything_else_is_an_error() {
        let label = label("column = 'y'\npositive = ['buy']\nnegative = ['view']");
        assert_eq!(label.decode("buy", false).unwrap(), 1);
        assert_eq!(label.decode("view", false).unwrap(), 0);
        assert!(label.decode("cart", false).is_err());
    }
}
