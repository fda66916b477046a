//! Which column is the label.

use super::columns::scenario_name;
use super::profile::{Column, Profile};
use crate::error::{Error, ErrorKind, Result, quote};

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
    let named = |name: &'static str| {
        columns().filter(move |(_, column)| column.name.eq_ignore_ascii_case(name))
    };
    for name in LABELS {
        if let Some((index, outcomes)) = named(name).find_map(outcomes) {
            let why = format!("its name says so, and it is {outcomes}");
            return Ok((index, outcomes.rule(), why));
        }
        if let Some((index, outcomes, seen)) = named(name).find_map(one_outcome) {
            let why = format!(
                "its name says so, though it is {seen} in all of the first rows: please check"
            );
            return Ok((index, outcomes.rule(), why));
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
    let mut binary: Vec<_> = columns().filter_map(outcomes).collect();
    // What is named like a scenario last of all choices; numbers before words, the last of each.
    binary.sort_by_key(|(index, outcomes)| {
        let scenario = scenario_name(&profile.columns[*index].name).is_some();
        let number = outcomes.positive == "1" || outcomes.positive == "1.0";
        (!scenario, number)
    });
    if let Some((index, outcomes)) = binary.pop() {
        let why = format!("the last column that is {outcomes}: please check");
        return Ok((index, outcomes.rule(), why));
    }
    let missing = Error::new(
        ErrorKind::Schema,
        "no column looks like a label: none is 0 or 1, or yes or no, in the first rows, and none is a rating",
    );
    let two = LABELS.into_iter().flat_map(named);
    let mut two = two.filter(|(_, column)| column.counts.len() == 2);
    Err(match two.next() {
        Some((_, column)) => {
            let values: Vec<String> = column.counts.keys().map(|value| quote(value)).collect();
            missing.hint(format!(
                "column {} is {}: write [label] with the one that is positive",
                quote(&column.name),
                values.join(" or ")
            ))
        }
        None => missing.hint("write [label] yourself, starting from a preset"),
    })
}

/// The two values of a column that say whether something came about.
struct Outcomes<'a> {
    negative: &'a str,
    positive: &'a str,
}

/// What stands for 0 and for 1, in lower case.
const OPPOSITES: [[&str; 2]; 8] = [
    ["0", "1"],
    ["0.0", "1.0"],
    ["no", "yes"],
    ["n", "y"],
    ["false", "true"],
    ["f", "t"],
    ["neg", "pos"],
    ["negative", "positive"],
];

fn outcomes((index, column): (usize, &Column)) -> Option<(usize, Outcomes<'_>)> {
    let mut values = column.counts.keys().map(String::as_str);
    let (Some(first), Some(second), None) = (values.next(), values.next(), values.next()) else {
        return None;
    };
    [(first, second), (second, first)]
        .into_iter()
        .find(|(negative, positive)| {
            let pair = [negative, positive].map(|value| value.trim().to_lowercase());
            OPPOSITES.iter().any(|opposites| pair == *opposites)
        })
        .map(|(negative, positive)| (index, Outcomes { negative, positive }))
}

/// Of a column that is 0 or 1 all along, both outcomes and the one that was seen: conversions are rare, and a log may be
/// sorted by them.
fn one_outcome((index, column): (usize, &Column)) -> Option<(usize, Outcomes<'_>, &str)> {
    let mut values = column.counts.keys().map(String::as_str);
    let (Some(seen), None) = (values.next(), values.next()) else {
        return None;
    };
    let (negative, positive) = match seen {
        "0" | "1" => ("0", "1"),
        "0.0" | "1.0" => ("0.0", "1.0"),
        _ => return None,
    };
    Some((index, Outcomes { negative, positive }, seen))
}

impl Outcomes<'_> {
    fn rule(&self) -> Rule {
        Rule::Positive(self.positive.to_owned(), self.negative.to_owned())
    }
}

impl std::fmt::Display for Outcomes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} or {}", self.negative, self.positive)
    }
}
