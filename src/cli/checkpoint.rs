//! The checkpoint beside a model that is being trained.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{files, unfinished};
use crate::error::{Error, Result};
use crate::train::Trainer;

/// The file that a killed run is continued from.
pub(super) struct Checkpoint {
    path: PathBuf,
    started: Instant,
    /// Seconds that the run took before it was killed.
    before: f64,
    every: Duration,
    last: Instant,
    /// What the last one took to write.
    took: Duration,
}

/// Parses seconds between checkpoints.
pub(super) fn seconds(text: &str) -> std::result::Result<f64, String> {
    match text.parse() {
        Ok(seconds) if seconds >= 0.0 => Ok(seconds),
        _ => Err("not a number of seconds, 0 or more".to_owned()),
    }
}

const SUFFIX: &str = ".checkpoint";

impl Checkpoint {
    /// Beside the model of a run that began, or goes on, at `started`.
    pub(super) fn beside(out: &Path, every: f64, started: Instant) -> Self {
        let mut name = out.as_os_str().to_owned();
        name.push(SUFFIX);
        let every = Duration::try_from_secs_f64(every).unwrap_or(Duration::MAX);
        Self {
            path: name.into(),
            started,
            before: 0.0,
            every,
            last: Instant::now(),
            took: Duration::ZERO,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the model of a checkpoint goes, by its name.
    pub(super) fn place(path: &Path) -> Option<PathBuf> {
        let name = path.file_name()?.to_str()?.strip_suffix(SUFFIX)?;
        (!name.is_empty()).then(|| path.with_file_name(name))
    }

    pub(super) fn read(&self) -> Result<Option<Vec<u8>>> {
        match std::fs::read(&self.path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io(self.path.display(), &error)),
        }
    }

    /// Counts the time that a run took before the checkpoint it was continued from.
    pub(super) fn continues(&mut self, trainer: &Trainer) {
        self.before = trainer.seconds();
    }

    /// Seconds of the run, those before a kill included.
    pub(super) fn seconds(&self) -> f64 {
        self.before + self.started.elapsed().as_secs_f64()
    }

    pub(super) fn write_if_due(&mut self, trainer: &mut Trainer) -> Result<()> {
        // Large tables take their time: no more than a twentieth of the run's.
        if self.last.elapsed() < self.every.max(self.took * 19) {
            return Ok(());
        }
        let started = Instant::now();
        trainer.set_seconds(self.seconds());
        files::write(&self.path, &pollster::block_on(trainer.checkpoint())?)?;
        self.last = Instant::now();
        self.took = self.last - started;
        Ok(())
    }

    pub(super) fn remove(&self) {
        // It may never have been written.
        let _ = std::fs::remove_file(&self.path);
        // One that a killed run was writing.
        unfinished::tidy(&self.path);
    }
}
