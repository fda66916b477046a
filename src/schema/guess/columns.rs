//! Which column is the label, the scenario, the split, and what kind each of the others is.

use super::label::{self, Rule};
use super::profile::{Column, Profile};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::Derived;

/// What was decided, with the reasons.
pub(super) struct Decisions {
    pub(super) label: (usize, Rule, String),
    pub(super) scenario: (usize, String),
    pub(super) split: (SplitGuess, String),
    /// Per column: what it is and why.
    pub(super) uses: Vec<(Use, String)>,
}

/// The split.
pub(super) enum SplitGuess {
    /// The column and the values of train, valid and test.
    Column(usize, [Vec<String>; 3]),
    Day(usize),
    Hash,
}

/// What a column is used for.
pub(super) enum Use {
    /// Not as a field.
    No,
    Categorical,
    Numeric,
    Multi {
        separator: char,
        pairs: bool,
    },
    Time(Vec<Derived>),
}

pub(super) fn decide(profile: &Profile) -> Result<Decisions> {
    let label = label::label(profile)?;
    let split = split(profile, label.0);
    let split_column = match split.0 {
        SplitGuess::Column(column, _) => Some(column),
        _ => None,
    };
    let mut uses: Vec<(Use, String)> = Vec::new();
    for (index, column) in profile.columns.iter().enumerate() {
        uses.push(if index == label.0 {
            (Use::No, "the label".into())
        } else if Some(index) == split_column {
            (Use::No, "the split".into())
        } else if column.name == crate::data::TRUTH {
            (
                Use::No,
                "the true probability of a generated log, which a model must not see".into(),
            )
        } else {
            use_of(column, profile.rows)
        });
    }
    let scenario = scenario(profile, &uses)?;
    Ok(Decisions {
        label,
        scenario,
        split,
        uses,
    })
}

fn split(profile: &Profile, label: usize) -> (SplitGuess, String) {
    let names = [
        "split",
        "part",
        "subset",
        "fold",
        "partition",
        "set",
        "phase",
    ];
    for (index, column) in profile.columns.iter().enumerate() {
        let named = names
            .iter()
            .any(|name| column.name.eq_ignore_ascii_case(name));
        if index != label && named && (1..=5).contains(&column.counts.len()) {
            let parts = parts(column);
            if !parts[0].is_empty() {
                let why = if parts[2].is_empty() {
                    "its values name parts, but the first rows have none to test: add its value"
                } else {
                    "its values name the parts: please check"
                };
                let why = why.to_owned();
                return (SplitGuess::Column(index, parts), why);
            }
        }
    }
    let time = profile.columns.iter().position(|column| column.days() >= 3);
    match time {
        Some(index) => {
            let days = profile.columns[index].days();
            let why = format!(
                "the first rows alone span {days} days: the last day tests, the one before validates"
            );
            (SplitGuess::Day(index), why)
        }
        None => (
            SplitGuess::Hash,
            "no column splits the rows and none spans three days".into(),
        ),
    }
}

fn parts(column: &Column) -> [Vec<String>; 3] {
    let mut parts: [Vec<String>; 3] = Default::default();
    for value in column.counts.keys() {
        let lower = value.to_lowercase();
        let part = if lower.starts_with("tr") || matches!(lower.as_str(), "0" | "0.0") {
            0
        } else if lower.starts_with("va")
            || lower.starts_with("dev")
            || matches!(lower.as_str(), "1" | "1.0")
        {
            1
        } else if lower.starts_with("te") || matches!(lower.as_str(), "2" | "2.0") {
            2
        } else {
            continue;
        };
        parts[part].push(value.clone());
    }
    // A head of the file may hold training rows only: 0 of 0, 1, 2.
    if parts[0] == ["0"] {
        for (part, value) in [(1, "1"), (2, "2")] {
            if parts[part].is_empty() {
                parts[part].push(value.into());
            }
        }
    }
    parts
}

fn use_of(column: &Column, rows: usize) -> (Use, String) {
    let distinct = column.counts.len();
    let lower = column.name.to_lowercase();
    let is_id =
        lower == "id" || lower.ends_with("_id") || lower.ends_with("id") && lower.len() <= 8;
    if column.name.trim().is_empty() {
        // The row numbers that data frames put before the first column.
        return (Use::No, "it has no name".into());
    }
    if column.present == 0 {
        return (Use::No, "has no value in the first rows".into());
    }
    if let Some(format) = &column.time {
        let derived = match (format.has_hour(), column.days() >= 7) {
            (true, true) => vec![Derived::Hour, Derived::Weekday],
            (true, false) => vec![Derived::Hour],
            (false, _) => vec![Derived::Weekday],
        };
        return (
            Use::Time(derived),
            format!("every cell is a time, \"{format}\""),
        );
    }
    if let Some(separator) = column.list {
        let pairs = column.pairs;
        let why = format!("lists with {separator:?} between the items");
        return (Use::Multi { separator, pairs }, why);
    }
    let repeats = ["user", "item", "shop", "ad", "seller", "product"];
    if distinct == rows && rows >= 20 && !column.is_number_with_fraction() {
        if is_id && !repeats.iter().any(|name| lower.contains(name)) {
            return (
                Use::No,
                "a new value in every row: nothing can be learnt from it".into(),
            );
        }
    } else if distinct == 1 && rows >= 20 {
        return (Use::No, "the same value in every row".into());
    }
    if column.is_number_with_fraction() {
        return (
            Use::Numeric,
            format!("numbers with fractions, {distinct} different ones"),
        );
    }
    if column.is_number() && distinct > 50 && !is_id {
        return (Use::Numeric, format!("{distinct} different whole numbers"));
    }
    (Use::Categorical, format!("{distinct} different values"))
}

impl Column {
    /// Numbers, some of which are not whole (`12.0` is).
    fn is_number_with_fraction(&self) -> bool {
        let whole = |value: &String| value.parse::<f64>().is_ok_and(|x| x.fract() == 0.0);
        self.is_number() && self.integers < self.present && !self.counts.keys().all(whole)
    }
}

const SCENARIOS: [&str; 12] = [
    "scenario",
    "domain",
    "channel",
    "tab",
    "scene",
    "surface",
    "placement",
    "category",
    "page",
    "301",
    "position",
    "source",
];

/// How likely a column of this name is the scenario, 0 likeliest, where its name says so.
pub(super) fn scenario_name(name: &str) -> Option<usize> {
    let name = name.to_lowercase();
    SCENARIOS.iter().position(|part| name.contains(part))
}

/// The most values that a scenario has in the first rows: more where the column's name leaves no doubt.
fn most_scenarios(name: &str) -> usize {
    let certain = ["scenario", "scenario_id", "domain", "domain_id"];
    let certain = certain.iter().any(|word| name.eq_ignore_ascii_case(word));
    if certain { 500 } else { 50 }
}

fn scenario(profile: &Profile, uses: &[(Use, String)]) -> Result<(usize, String)> {
    let candidates: Vec<(usize, &Column)> = profile
        .columns
        .iter()
        .enumerate()
        .filter(|(index, column)| {
            matches!(uses[*index].0, Use::Categorical)
                && (2..=most_scenarios(&column.name)).contains(&column.counts.len())
        })
        .collect();
    let named = candidates
        .iter()
        .filter_map(|candidate| Some((scenario_name(&candidate.1.name)?, candidate)))
        .min_by_key(|(likely, _)| *likely);
    if let Some((_, (index, column))) = named {
        let why = format!(
            "its name says so, and it has {} values in the first rows",
            column.counts.len()
        );
        return Ok((*index, why));
    }
    let widest = candidates
        .iter()
        .filter(|(_, column)| column.counts.len() <= 20)
        .max_by_key(|(_, column)| column.counts.len())
        .or(candidates.first());
    match widest {
        Some((index, column)) => Ok((
            *index,
            format!(
                "no column is named like a scenario; this one has {} values: please check",
                column.counts.len()
            ),
        )),
        None => Err(Error::new(
            ErrorKind::Schema,
            "no column can be the scenario: none has from 2 to 50 values in the first rows",
        )
        .hint("write [scenario] yourself, starting from a preset")),
    }
}
