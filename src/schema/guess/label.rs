//! Which column is the label.

use super::profile::{Column, Profile};
use crate::error::{Error, ErrorKind, Result};

/// The rule of the label.
pub(super) enum Rule {
    AtLeast(f64),
    Positive(String, String),
}

/// Names of label columns, likeliest first.
const LABELS: [&str; 14] = [
    "label",
    "is_trade",
    "converted",
    "conversion",
    "is_conversion",
    "purchased",
    "purchase",
    "bought",
    "buy",
    "target",
    "clicked",
    "is_click",
    "click",
    "y",
];

pub(super) fn label(profile: &Profile) -> Result<(usize, Rule, String)> {
    let columns = || profile.columns.iter().enumerate();
    let values = |column: &Column| {
        let values: Vec<String> = column.counts.keys().cloned().collect();
        match &values[..] {
            [zero, one] if column.is_binary() => Some(Rule::Positive(one.clone(), zero.clone())),
            _ => None,
        }
    };
    for name in LABELS {
        let found = columns().find(|(_, column)| column.name.eq_ignore_ascii_case(name));
        if let Some((index, column)) = found
            && let Some(rule) = values(column)
        {
            return Ok((index, rule, "its name says so, and it is 0 or 1".into()));
        }
    }
    let rating = columns().find(|(_, column)| {
        let name = column.name.to_lowercase();
        (name.contains("rating") || name == "stars")
            && column.is_number()
            && column.counts.len() <= 11
    });
    if let Some((index, _)) = rating {
        let why = "a rating; 4 and more counts as positive".into();
        return Ok((index, Rule::AtLeast(4.0), why));
    }
    let binary = columns().rev().find(|(_, column)| column.is_binary());
    if let Some((index, column)) = binary
        && let Some(rule) = values(column)
    {
        return Ok((
            index,
            rule,
            "the last column that is 0 or 1: please check".into(),
        ));
    }
    Err(Error::new(
        ErrorKind::Schema,
        "no column looks like a label: none is 0 or 1 in the first rows, and none is a rating",
    )
    .hint("write [label] yourself, starting from a preset"))
}
