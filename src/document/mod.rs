//! Documents: the JSON in the header of a model file, and tables in them of which one key says what the others are.
//!
//! Serde's own JSON reader makes of every type code for all that JSON may have in its place, an object or a list, a key
//! by its name, its bytes or its number, and of a tagged enum a second reader for what it kept aside. In a browser all of
//! that is a download. [`from_str`] reads the same documents to the same values, to the bit, and has of each type the one
//! form that it is written in.

mod json;
mod tagged;

pub(crate) use json::from_str;
pub(crate) use tagged::Tagged;

/// What is wrong with a document.
pub(crate) use serde::de::value::Error;
