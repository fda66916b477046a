//! Reading a cache.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::chunk::{self, Layout};
use super::document::{Document, Place, damaged};
use super::file::At;
use super::prelude::{MAGIC, PRELUDE, Prelude};
use crate::data::{Columns, Dataset, Encoder, LoadReport, Part};
use crate::error::{Error, Result};

/// A cache of encoded rows, opened: what was learnt and counted is in memory, the rows are on disk.
///
/// It can be read from several threads at once.
#[derive(Debug)]
pub struct Cache {
    file: At,
    name: String,
    layout: Layout,
    encoder: Arc<Encoder>,
    document: Document<()>,
    /// Buffers of chunks that nobody reads at the moment.
    spare: Mutex<Vec<Vec<u8>>>,
}

impl Cache {
    /// Whether a file is a cache, by its first bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) when it cannot be opened.
    pub fn is(path: &Path) -> Result<bool> {
        let mut file = File::open(path).map_err(|error| Error::io(path.display(), &error))?;
        let mut magic = [0; MAGIC.len()];
        // What cannot be read, or is shorter, is something else.
        Ok(file.read_exact(&mut magic).is_ok() && magic == MAGIC)
    }

    /// Opens a cache and checks all of it but the rows, which are checked as they are read.
    ///
    /// # Errors
    /// [`ErrorKind::Data`](crate::ErrorKind::Data) where the file is no cache, of a newer format, cut off or damaged.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let file = At::open(path).map_err(|error| Error::io(&name, &error))?;
        let opened = Self::of(file, &name);
        opened.map_err(|error| error.in_file(name))
    }

    fn of(file: At, name: &str) -> Result<Self> {
        let failed = |error: std::io::Error| Error::io(name, &error);
        let mut bytes = [0; PRELUDE];
        let whole = file.size() >= PRELUDE as u64;
        if whole {
            file.read(&mut bytes, 0).map_err(failed)?;
        }
        let prelude = Prelude::read(whole.then_some(&bytes), file.size())?;
        let length = usize::try_from(prelude.length)
            .map_err(|_| damaged("its document is larger than memory"))?;
        let mut bytes = vec![0; length];
        file.read(&mut bytes, prelude.document).map_err(failed)?;
        if crc32fast::hash(&bytes) != prelude.checksum {
            return Err(damaged("its document has another checksum"));
        }
        let (document, layout) = Document::read(&bytes, prelude.document)?;
        let (encoder, document) = document.without_encoder();
        Ok(Self {
            file,
            name: name.to_owned(),
            layout,
            encoder: Arc::new(encoder),
            document,
            spare: Mutex::default(),
        })
    }

    /// What turned raw rows into ids.
    pub fn encoder(&self) -> &Arc<Encoder> {
        &self.encoder
    }

    /// What happened while encoding.
    pub fn report(&self) -> &LoadReport {
        &self.document.report
    }

    /// The rows of a part.
    pub fn rows(&self, part: Part) -> u64 {
        self.document.part(part).rows
    }

    /// The rows of a part whose label is 1.
    pub fn positives(&self, part: Part) -> u64 {
        self.document.part(part).answers.positives
    }

    /// The rows of a part by scenario index.
    pub fn scenario_rows(&self, part: Part) -> &[u64] {
        &self.document.part(part).answers.scenarios
    }

    /// How often each distinct scenario-aware tuple of the training rows occurs, rising.
    pub fn tuple_counts(&self) -> impl Iterator<Item = u64> {
        let frequencies = self.document.tuples.iter();
        frequencies.flat_map(|&(rows, tuples)| (0..tuples).map(move |_| rows))
    }

    /// Whether there are labels.
    pub fn has_labels(&self) -> bool {
        self.layout.labels
    }

    /// Whether there are true probabilities.
    pub fn has_truth(&self) -> bool {
        self.layout.truth
    }

    /// The version of the crate that wrote it.
    pub fn crate_version(&self) -> &str {
        &self.document.crate_version
    }

    /// The chunks of a part.
    pub fn chunks(&self, part: Part) -> usize {
        self.document.part(part).chunks.len()
    }

    /// The rows of a chunk; 0 where there is none.
    pub fn chunk_rows(&self, part: Part, index: usize) -> usize {
        let place = self.document.part(part).chunks.get(index);
        place.map_or(0, |place| place.2 as usize)
    }

    /// Columns without rows, to read into.
    pub fn columns(&self) -> Columns {
        self.layout.columns()
    }

    /// Reads a chunk of a part in place of what `columns` held; rows are in the order of the log.
    ///
    /// # Errors
    /// [`ErrorKind::Data`](crate::ErrorKind::Data) where the chunk is not as it was written, or there is none.
    pub fn read_chunk(&self, part: Part, index: usize, columns: &mut Columns) -> Result<()> {
        if self.layout.fits(columns) {
            columns.clear();
        } else {
            *columns = self.layout.columns();
        }
        self.append_chunk(part, index, columns)
    }

    /// Reads a chunk of a part behind the rows that `columns` holds, which are rows of this cache.
    pub(super) fn append_chunk(
        &self,
        part: Part,
        index: usize,
        columns: &mut Columns,
    ) -> Result<()> {
        let place = self.document.part(part).chunks.get(index);
        let place = place.ok_or_else(|| self.damaged("it has fewer chunks"))?;
        let mut bytes = self.spare().pop().unwrap_or_default();
        let read = self.read(place, &mut bytes, columns);
        self.spare().push(bytes);
        read
    }

    fn read(&self, place: &Place, bytes: &mut Vec<u8>, columns: &mut Columns) -> Result<()> {
        let Place(offset, length, rows, checksum) = *place;
        let length =
            usize::try_from(length).map_err(|_| self.damaged("a chunk is larger than memory"))?;
        bytes.resize(length, 0);
        self.file
            .read(bytes, offset)
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::UnexpectedEof => self.damaged("it became shorter meanwhile"),
                _ => Error::io(&self.name, &error),
            })?;
        if crc32fast::hash(bytes) != checksum {
            return Err(self.damaged(&format!("the chunk at byte {offset} has another checksum")));
        }
        chunk::take(bytes, rows as usize, &self.layout, columns)
            .map_err(|why| self.damaged(&format!("the chunk at byte {offset}: {why}")))
    }

    /// All rows in memory, by part: those to train on first. Within a part they stand in the order of the log.
    ///
    /// # Errors
    /// As [`read_chunk`](Self::read_chunk).
    pub fn dataset(&self) -> Result<Dataset> {
        let mut columns = self.layout.columns();
        let mut parts = Vec::new();
        let rows = |part| self.document.part(part).rows as usize;
        let all = [Part::Train, Part::Valid, Part::Test];
        columns.reserve(all.map(rows).iter().sum());
        for part in all {
            for index in 0..self.chunks(part) {
                self.append_chunk(part, index, &mut columns)?;
            }
            parts.resize(columns.rows, part);
        }
        Ok(Dataset {
            encoder: Arc::clone(&self.encoder),
            columns,
            parts,
            report: self.document.report.clone(),
        })
    }

    fn spare(&self) -> std::sync::MutexGuard<'_, Vec<Vec<u8>>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn damaged(&self, why: &str) -> Error {
        damaged(why).in_file(&self.name)
    }
}
