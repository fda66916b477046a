//! How large the document in a model file's header may be.

use std::io::{self, Write};

use crate::data::{Encoder, InputField, Vocabulary};
use crate::error::{Error, ErrorKind, Result};

/// Bytes of vocabularies in a header of safetensors, which is 100 MB at most; the rest is for all else in it.
const MOST: u64 = 99_000_000;

/// Checks that a model with these vocabularies can be saved: they stand in the header.
///
/// # Errors
/// [`ErrorKind::Schema`] when they are too large.
pub fn check_vocabularies(encoder: &Encoder) -> Result<()> {
    check(encoder, MOST)
}

fn check(encoder: &Encoder, most: u64) -> Result<()> {
    let values = encoder.fields().iter().map(InputField::vocabulary);
    let bound = values.map(|vocabulary| match vocabulary {
        // A byte takes seven at most, `\\u0000`, and each value two quotes, escaped, and a comma.
        Vocabulary::Values(values) => 7 * values.bytes() as u64 + 5 * values.len() as u64,
        _ => 0,
    });
    if bound.sum::<u64>() <= most {
        return Ok(());
    }
    let mut size = Escaped(0);
    serde_json::to_writer(&mut size, encoder)
        .map_err(|error| Error::new(ErrorKind::ModelFile, error.to_string()))?;
    if size.0 <= most {
        return Ok(());
    }
    let message = format!(
        "the vocabularies take {} MB in a model file, of which its header holds {} MB",
        size.0 / 1_000_000,
        most / 1_000_000
    );
    Err(Error::new(ErrorKind::Schema, message)
        .hint("give the largest field min_count, max_size or hash_buckets"))
}

/// Counts the bytes of JSON as a string in JSON.
struct Escaped(u64);

impl Write for Escaped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let escaped = bytes.iter().filter(|byte| b"\"\\".contains(byte)).count();
        self.0 += (bytes.len() + escaped) as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::synth::{Effect, Preset, SynthOptions, dataset};

    #[test]
    fn the_size_is_that_of_the_document_in_the_header() {
        let options = SynthOptions {
            preset: Preset::Amazon,
            rows: 300,
            seed: 1,
            effect: Effect::None,
            truth: false,
        };
        let data = dataset(&options).unwrap();
        let json = serde_json::to_string(&*data.encoder).unwrap();
        // As a string in JSON, without its own quotes.
        let size = serde_json::to_string(&json).unwrap().len() as u64 - 2;
        check(&data.encoder, size).unwrap();
        let error = check(&data.encoder, size - 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Schema);
        assert!(error.to_string().contains("min_count"), "{error}");
        check_vocabularies(&data.encoder).unwrap();
    }
}
