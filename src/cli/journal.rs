//! The journal of a comparison: one line a trial that is done, so that a killed run computes nothing
//! twice.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::files;
use super::journal_line::{Line, VERSION};
use super::say::note;
use crate::compare::Outcome;
use crate::error::{Error, ErrorKind, Result};

/// A file of JSON lines, and what it held when it was opened.
pub(super) struct Journal {
    path: PathBuf,
    done: HashMap<String, Outcome>,
    file: Mutex<File>,
}

impl Journal {
    /// Opens or begins the journal at `path`. A last line that a killed run left half-written is dropped; so is a
    /// line that cannot be read, with a warning. What another version did may come out otherwise in this one: its lines
    /// stay where they are, and are nothing that was done.
    ///
    /// # Errors
    /// When another run has it open: two would do every trial twice and take each other's checkpoints.
    pub(super) fn open(path: PathBuf) -> Result<Self> {
        let mut file = open_alone(&path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|error| Error::io(path.display(), &error))?;
        let text = String::from_utf8_lossy(&bytes);
        let mut done = HashMap::new();
        let mut others: BTreeMap<String, usize> = BTreeMap::new();
        let mut kept = String::new();
        for (number, line) in text.split_inclusive('\n').enumerate() {
            match Line::read(line) {
                _ if !line.ends_with('\n') => continue,
                Some(Line::Own(outcome)) => {
                    done.insert(outcome.key.clone(), *outcome);
                }
                Some(Line::Other(version)) => *others.entry(version).or_default() += 1,
                None => {
                    note!(
                        "warning: {}, line {}: is no outcome of a trial; it is dropped",
                        path.display(),
                        number + 1
                    );
                    continue;
                }
            }
            kept += line;
        }
        for (version, trials) in others {
            note!(
                "note: {}: {trials} {} of {version} {} not taken over by mi-dpg {VERSION}; what is asked for is run again",
                path.display(),
                if trials == 1 { "trial" } else { "trials" },
                if trials == 1 { "is" } else { "are" },
            );
        }
        if kept != text {
            // The file that was read stays locked until the one in its place is.
            files::write(&path, kept.as_bytes())?;
            file = open_alone(&path)?;
        }
        Ok(Self {
            path,
            done,
            file: Mutex::new(file),
        })
    }

    /// The outcome of a trial that was done before.
    pub(super) fn get(&self, key: &str) -> Option<&Outcome> {
        self.done.get(key)
    }

    /// The folder it lies in.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// Adds a line, at once.
    pub(super) fn add(&self, outcome: &Outcome) -> Result<()> {
        let line = Line::write(outcome)?;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line)
            .and_then(|()| file.sync_data())
            .map_err(|error| Error::io(self.path.display(), &error))
    }
}

/// Opens or begins the file at `path` and locks it until it is dropped, which the system does for a killed run.
fn open_alone(path: &Path) -> Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .open(path)
        .map_err(|error| Error::io(path.display(), &error))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            Err(Error::new(ErrorKind::Io, "another run is writing to it")
                .in_file(path.display())
                .hint("wait for its end, or give another --out"))
        }
        // There are file systems without locks.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(key: &str) -> Outcome {
        Outcome {
            key: key.to_owned(),
            best_epoch: 1,
            epochs: 2,
            valid_auc: Some(0.5),
            valid_logloss: None,
            seconds: 0.1,
            report: None,
        }
    }

    #[test]
    fn what_was_done_is_found_again_and_a_torn_line_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trials.jsonl");
        let journal = Journal::open(path.clone()).unwrap();
        journal.add(&outcome("a")).unwrap();
        journal.add(&outcome("b")).unwrap();
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 5]).unwrap();
        let journal = Journal::open(path.clone()).unwrap();
        assert_eq!(journal.get("a"), Some(&outcome("a")));
        assert_eq!(journal.get("b"), None);
        journal.add(&outcome("b")).unwrap();
        drop(journal);
        assert_eq!(std::fs::read(&path).unwrap(), whole);
    }

    #[test]
    fn a_second_run_is_refused_while_the_first_one_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trials.jsonl");
        let journal = Journal::open(path.clone()).unwrap();
        journal.add(&outcome("a")).unwrap();
        std::fs::write(
            &path,
            [&std::fs::read(&path).unwrap()[..], b"torn"].concat(),
        )
        .unwrap();
        let refused = Journal::open(path.clone()).err().unwrap().to_string();
        assert!(refused.contains("another run"), "{refused}");
        drop(journal);
        // It drops the torn line: the file that takes the first one's place is locked too.
        let journal = Journal::open(path.clone()).unwrap();
        assert!(Journal::open(path.clone()).is_err());
        drop(journal);
        let journal = Journal::open(path).unwrap();
        assert_eq!(journal.get("a"), Some(&outcome("a")));
    }

    #[test]
    fn what_another_version_did_stays_and_is_not_done() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trials.jsonl");
        let journal = Journal::open(path.clone()).unwrap();
        journal.add(&outcome("a")).unwrap();
        journal.add(&outcome("b")).unwrap();
        drop(journal);
        let text = std::fs::read_to_string(&path).unwrap();
        let version = format!("\"version\":{VERSION:?}");
        assert_eq!(text.matches(&version).count(), 2);
        // A newer one may say what this one does not understand.
        let newer = "{\"format\":2,\"version\":\"9.0.0\",\"trial\":{}}\n";
        let text = text.replacen(&version, "\"version\":\"0.0.1\"", 1) + newer;
        std::fs::write(&path, &text).unwrap();
        let journal = Journal::open(path.clone()).unwrap();
        assert_eq!(journal.get("a"), None);
        assert_eq!(journal.get("b"), Some(&outcome("b")));
        journal.add(&outcome("a")).unwrap();
        let now = std::fs::read_to_string(&path).unwrap();
        assert!(now.starts_with(&text));
        drop(journal);
        assert_eq!(Journal::open(path).unwrap().get("a"), Some(&outcome("a")));
    }
}
