//! What a checkpoint is of, without continuing it.

use safetensors::SafeTensors;
use serde::de::IgnoredAny;

use super::checkpoint::{BestMetrics, Document, FORMAT, KEY};
use super::options::TrainOptions;
use crate::artifact::Container;
use crate::error::{Error, ErrorKind, Result};

/// A run as its checkpoint has it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CheckpointSummary {
    /// The version of the format.
    pub format: u32,
    /// The settings of the run.
    pub options: TrainOptions,
    /// SHA-256 of the log.
    pub data_sha256: String,
    /// Rows to train, to validate and to test on.
    pub rows: [u64; 3],
    /// Steps done.
    pub step: u64,
    /// Epochs ended.
    pub epochs_done: usize,
    /// Rows of the current epoch that have been trained on.
    pub position: usize,
    /// The best epoch so far.
    pub best: Option<BestMetrics>,
}

impl CheckpointSummary {
    /// Reads the document of `checkpoint`, the bytes of a file; `None` where they are something else. The tensors are
    /// not looked at.
    ///
    /// # Errors
    /// [`ErrorKind::ModelFile`] for a checkpoint that is damaged or of another format.
    pub fn read(checkpoint: &[u8]) -> Result<Option<Self>> {
        let has_key = |metadata: &Option<std::collections::HashMap<String, String>>| {
            metadata.as_ref().is_some_and(|all| all.contains_key(KEY))
        };
        match SafeTensors::read_metadata(checkpoint) {
            Ok((_, header)) if has_key(header.metadata()) => {}
            _ => return Ok(None),
        }
        let container = Container::open(checkpoint, KEY, "mi-dpg checkpoint")?;
        // Of another format nothing else is sure to be there.
        #[derive(serde::Deserialize)]
        struct Head {
            format: u32,
        }
        let damaged = |error: &dyn std::fmt::Display| {
            let message = format!("the checkpoint is not valid: {error}");
            Error::new(ErrorKind::ModelFile, message)
        };
        let Head { format } =
            serde_json::from_str(&container.document).map_err(|error| damaged(&error))?;
        if format != FORMAT {
            let message =
                format!("it is a checkpoint of format {format}, and this midpg reads {FORMAT}");
            return Err(Error::new(ErrorKind::ModelFile, message)
                .hint("the midpg that wrote it goes on from it"));
        }
        let document: Document =
            serde_json::from_str(&container.document).map_err(|error| damaged(&error))?;
        let (_, _, _, _, rows): (IgnoredAny, IgnoredAny, IgnoredAny, IgnoredAny, [u64; 3]) =
            serde_json::from_str(&document.rows).map_err(|error| damaged(&error))?;
        Ok(Some(Self {
            format,
            options: document.options,
            data_sha256: document.data_sha256,
            rows,
            step: document.progress.step,
            epochs_done: document.progress.epochs_done,
            position: document.progress.position,
            best: document.best,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Tensors, write};

    #[test]
    fn what_is_no_checkpoint_is_none_and_another_format_is_told() {
        let file = |key: &str, json: &str| write(key, json.to_owned(), &Tensors::new()).unwrap();
        assert_eq!(CheckpointSummary::read(b"").unwrap(), None);
        assert_eq!(
            CheckpointSummary::read(&file("mi-dpg", "{}")).unwrap(),
            None
        );
        let refused = |json: &str| {
            let error = CheckpointSummary::read(&file(KEY, json)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ModelFile);
            error.to_string()
        };
        assert!(refused("{\"format\":2,\"run\":1}").contains("of format 2"));
        assert!(refused("{\"format\":3}").contains("not valid"));
        assert!(refused("[").contains("not valid"));
    }
}
