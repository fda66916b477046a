//! The guessed schema as commented TOML.

use std::fmt::Write;

use super::columns::{Decisions, SplitGuess, Use};
use super::label::Rule;
use super::profile::Profile;
use crate::schema::Derived;

pub(super) fn toml(profile: &Profile, decisions: &Decisions, name: &str) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut out, profile, decisions, name);
    out
}

fn write(
    out: &mut String,
    profile: &Profile,
    decisions: &Decisions,
    name: &str,
) -> std::fmt::Result {
    let column = |index: usize| quoted(&profile.columns[index].name);
    writeln!(
        out,
        "# Guessed from the first {} rows of {}. Read it before you train: the label, the\n\
         # scenario and the split are what the results depend on.",
        profile.rows,
        comment(name)
    )?;

    writeln!(out, "\n[format]")?;
    let delimiter = quoted(&char::from(profile.delimiter).to_string());
    writeln!(
        out,
        "delimiter = {delimiter}  # why: {}",
        profile.why_delimiter
    )?;
    writeln!(out, "quoting = {}", profile.quoting)?;
    let missing: Vec<String> = profile.missing.iter().copied().map(quoted).collect();
    writeln!(
        out,
        "missing = [{}]  # why: the empty cell, and other markers that occur",
        missing.join(", ")
    )?;

    let (label, rule, why) = &decisions.label;
    writeln!(
        out,
        "\n[label]\ncolumn = {}  # why: {}",
        column(*label),
        comment(why)
    )?;
    match rule {
        Rule::AtLeast(threshold) => writeln!(out, "at_least = {threshold:?}")?,
        Rule::Positive(one, zero) => writeln!(
            out,
            "positive = [{}]\nnegative = [{}]",
            quoted(one),
            quoted(zero)
        )?,
    }

    let (scenario, why) = &decisions.scenario;
    writeln!(
        out,
        "\n[scenario]\nfield = {}  # why: {why}",
        column(*scenario)
    )?;

    let (split, why) = &decisions.split;
    writeln!(out, "\n[split]  # why: {why}")?;
    match split {
        SplitGuess::Hash => writeln!(out, "kind = \"hash\"\nvalid = 0.1\ntest = 0.1")?,
        SplitGuess::Day(index) => {
            writeln!(out, "kind = \"day\"\ncolumn = {}", column(*index))?;
            time_keys(out, profile, *index)?;
            writeln!(out, "valid_days = 1\ntest_days = 1")?;
        }
        SplitGuess::Column(index, parts) => {
            writeln!(out, "kind = \"column\"\ncolumn = {}", column(*index))?;
            for (name, values) in ["train", "valid", "test"].iter().zip(parts) {
                let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
                if !values.is_empty() {
                    writeln!(out, "{name} = [{}]", values.join(", "))?;
                }
            }
        }
    }

    for (index, (use_of, why)) in decisions.uses.iter().enumerate() {
        field(out, profile, index, use_of, why, index == *scenario)?;
    }
    Ok(())
}

fn field(
    out: &mut String,
    profile: &Profile,
    index: usize,
    use_of: &Use,
    why: &str,
    scenario: bool,
) -> std::fmt::Result {
    let name = quoted(&profile.columns[index].name);
    if matches!(use_of, Use::No) {
        return writeln!(out, "\n# no field {}: {}", comment(&name), comment(why));
    }
    writeln!(out, "\n[[fields]]\nname = {name}")?;
    let kind = match use_of {
        Use::Numeric => "numeric",
        Use::Multi { .. } => "multi",
        Use::Time(_) => "timestamp",
        Use::Categorical | Use::No => "categorical",
    };
    writeln!(out, "kind = \"{kind}\"  # why: {why}")?;
    if scenario {
        writeln!(out, "role = \"scenario\"")?;
    } else if matches!(use_of, Use::Categorical) && names_a_party(&profile.columns[index].name) {
        writeln!(
            out,
            "prior = true  # why: its name says who or what the impression is of; PEPNet's personal gates see it"
        )?;
    }
    match use_of {
        Use::Multi { separator, pairs } => {
            writeln!(out, "separator = {}", quoted(&separator.to_string()))?;
            if *pairs {
                writeln!(
                    out,
                    "before = \":\"  # why: most cells have one; only what stands before it is read"
                )?;
            }
            writeln!(out, "max_items = 100\nmin_count = 2")?;
        }
        Use::Numeric => writeln!(out, "buckets = 10")?,
        Use::Time(derived) => {
            time_keys(out, profile, index)?;
            let names: Vec<String> = derived
                .iter()
                .map(|derived: &Derived| quoted(derived.suffix()))
                .collect();
            writeln!(out, "derived = [{}]", names.join(", "))?;
        }
        Use::Categorical | Use::No => {}
    }
    Ok(())
}

/// Whether a column's name is that of a user's, an item's, a shop's or an ad's id.
fn names_a_party(name: &str) -> bool {
    const PARTIES: [&str; 12] = [
        "user", "member", "customer", "item", "product", "sku", "shop", "seller", "author", "ad",
        "creative", "video",
    ];
    let name = name.to_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    let party = words.iter().any(|word| PARTIES.contains(word));
    party && (words.len() == 1 || words == [words[0], "id"])
}

fn time_keys(out: &mut String, profile: &Profile, index: usize) -> std::fmt::Result {
    if let Some(format) = &profile.columns[index].time {
        writeln!(out, "format = {}", quoted(&format.to_string()))?;
        writeln!(out, "utc_offset = 0  # hours to add for local time")?;
    }
    Ok(())
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Text that cannot end the comment it stands in.
fn comment(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
