//! One training at a time to one place: two would take each other's checkpoint, and each would end with the model of the
//! one that is over last.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::{files, unfinished};
use crate::error::{Error, ErrorKind, Result};

/// A mark beside a place, held and locked as long as the run goes on. The lock goes with the process: what a killed run
/// leaves is nobody's, and the next output to the place takes it away.
pub(super) struct Alone {
    path: PathBuf,
    _locked: File,
}

/// How often a mark is looked for again that its run took away in between.
const TRIES: usize = 16;

impl Alone {
    /// Marks the place of the output `out`. What is no file (`/dev/null`) is nobody's.
    ///
    /// # Errors
    /// When another run has it.
    pub(super) fn at(out: &Path) -> Result<Option<Self>> {
        if files::is_special(out) {
            return Ok(None);
        }
        let path = unfinished::named(&files::place(out), "train");
        for _ in 0..TRIES {
            let mut options = OpenOptions::new();
            let opened = options.create(true).append(true).open(&path);
            let file = opened.map_err(|error| Error::io(out.display(), &error))?;
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => break,
                // There are file systems without locks.
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            if is_at(&file, &path) {
                return Ok(Some(Self {
                    path,
                    _locked: file,
                }));
            }
        }
        Err(Error::new(ErrorKind::Io, "another run is training to it")
            .in_file(out.display())
            .hint("wait for its end, or give another --out"))
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        // While it is locked: who opens it now finds that it is gone.
        let _removed = fs::remove_file(&self.path);
    }
}

/// Whether `file` is what stands at `path`, and not what was taken away from there after it had been opened.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let of = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(opened), Ok(there)) => of(opened) == of(there),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_place_is_that_of_one_run_until_it_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let first = Alone::at(&place("m")).unwrap();
        let refused = Alone::at(&place("./m")).err().unwrap();
        assert_eq!(refused.kind(), ErrorKind::Io);
        assert!(refused.to_string().contains("another run"), "{refused}");
        let beside = Alone::at(&place("m-train")).unwrap();
        // What the run writes there itself does not take its mark.
        files::write(&place("m"), b"model").unwrap();
        assert!(Alone::at(&place("m")).is_err());
        drop((first, beside));
        assert_eq!(names(folder.path()), ["m"]);
        drop(Alone::at(&place("m")).unwrap());
    }

    #[test]
    fn what_a_killed_run_left_keeps_nobody_away() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("m");
        let left = unfinished::named(&out, "train");
        fs::write(&left, "").unwrap();
        let run = Alone::at(&out).unwrap();
        assert!(Alone::at(&out).is_err());
        drop(run);
        fs::write(&left, "").unwrap();
        files::write(&out, b"model").unwrap();
        assert_eq!(names(folder.path()), ["m"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_mark_that_was_taken_away_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mark");
        let opened = File::create(&path).unwrap();
        assert!(is_at(&opened, &path));
        fs::remove_file(&path).unwrap();
        assert!(!is_at(&opened, &path));
        let _other = File::create(&path).unwrap();
        assert!(!is_at(&opened, &path));
    }
}
