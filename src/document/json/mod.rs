//! JSON text as the types it was written from.

mod enumeration;
mod items;
mod reader;
mod scanner;
mod write;

use serde::de::{DeserializeOwned, Error as _};

pub(super) use write::{number, quoted};

use super::Error;
use scanner::Scanner;

/// Reads a JSON text.
///
/// # Errors
/// What is wrong with the text, and its line and column.
pub(crate) fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let mut scanner = Scanner::new(text);
    let read = T::deserialize(&mut scanner).and_then(|value| {
        scanner.end()?;
        Ok(value)
    });
    read.map_err(|error| scanner.placed(&error))
}

/// The same of a part of a document, whose place in it is not known.
pub(super) fn from_part<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    T::deserialize(&mut Scanner::new(text))
}

fn wrong<T>(message: &str) -> Result<T, Error> {
    Err(Error::custom(message))
}

#[cfg(test)]
mod tests;
