//! The journal of a comparison or a sweep.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde_json::json;

use super::super::files;
use super::super::journal_line::{Line, NAME};
use super::Inspected;
use crate::error::{Error, ErrorKind, Result, printable};

/// Whether a path is a folder, or named as a journal is.
pub(super) fn is(path: &Path) -> bool {
    path.is_dir() || path.file_name().is_some_and(|name| name == NAME)
}

pub(super) fn inspect(path: &Path) -> Result<Inspected> {
    let file = match path.is_dir() {
        true => path.join(NAME),
        false => path.to_owned(),
    };
    if path.is_dir() && !file.is_file() {
        let message = format!("is a folder without a journal {NAME}");
        return Err(Error::new(ErrorKind::Io, message)
            .in_file(path.display())
            .hint("give a file, or a folder that midpg compare or midpg sweep writes to"));
    }
    let text = String::from_utf8_lossy(&files::read(&file)?).into_owned();
    let (mut trials, mut measured) = (0, 0);
    let mut others: BTreeMap<String, usize> = BTreeMap::new();
    for line in text.lines() {
        match Line::read(line) {
            Some(Line::Own(outcome)) => {
                trials += 1;
                measured += usize::from(outcome.report.is_some());
            }
            Some(Line::Other(version)) => *others.entry(version).or_default() += 1,
            // The last line of a killed run may be half of one.
            None => {}
        }
    }
    if trials == 0 && others.is_empty() && !text.is_empty() {
        let message = "has no line of a journal of trials";
        return Err(Error::new(ErrorKind::Data, message).in_file(file.display()));
    }
    let json = json!({
        "kind": "journal",
        "trials": trials,
        "measured": measured,
        "other_versions": others,
    });
    // Writing to a string cannot fail.
    let mut text = String::new();
    let _ = writeln!(
        text,
        "journal of a comparison or a sweep: {trials} trials done, {measured} of them measured on the test part"
    );
    for (version, trials) in others {
        let version = printable(&version);
        let _ = writeln!(text, "and {trials} of {version}, which are run again");
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    let _ = writeln!(
        text,
        "it goes on when its command, midpg compare or midpg sweep, is given again with --out {}",
        shown(folder)
    );
    Ok(Inspected { text, json })
}

/// A folder as it is named on a command line.
pub(super) fn shown(folder: &Path) -> String {
    match folder.as_os_str().is_empty() {
        true => ".".to_owned(),
        false => folder.display().to_string(),
    }
}
