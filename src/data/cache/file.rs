//! A file read at any place by several threads.

use std::fs::File;
use std::io;
use std::path::Path;

#[derive(Debug)]
pub(super) struct At {
    #[cfg(unix)]
    file: File,
    /// Where a read moves the file's one position.
    #[cfg(not(unix))]
    file: std::sync::Mutex<File>,
    size: u64,
}

impl At {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        #[cfg(not(unix))]
        let file = std::sync::Mutex::new(file);
        Ok(Self { file, size })
    }

    /// How long the file was when it was opened.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Fills `bytes` from `offset` on.
    #[cfg(unix)]
    pub(super) fn read(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, bytes, offset)
    }

    #[cfg(not(unix))]
    pub(super) fn read(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        use std::io::{Read, Seek, SeekFrom};
        let mut file = self
            .file
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(bytes)
    }
}
