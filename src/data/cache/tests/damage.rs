//! Files that are not as they were written.

use std::io::{Seek, SeekFrom};
use std::path::Path;

use super::*;
use crate::ErrorKind;
use crate::data::cache::prelude::PRELUDE;

/// Opens a cache and reads all of it.
fn read(path: &Path) -> Result<Dataset> {
    Cache::open(path)?.dataset()
}

fn told(path: &Path, what: &str) {
    let error = read(path).expect_err(what);
    let text = error.to_string();
    assert_eq!(error.kind(), ErrorKind::Data, "{what}: {text}");
    assert!(
        text.contains("midpg encode") && !text.contains('\n'),
        "{what}: {text}"
    );
    assert!(
        text.starts_with(&path.display().to_string()),
        "{what}: {text}"
    );
}

fn small() -> (Vec<u8>, usize) {
    let (text, schema) = shop(60);
    let (bytes, _) = encode(&text, &schema, LoadOptions::default(), 16).unwrap();
    let document = u64::from_le_bytes(std::array::from_fn(|byte| bytes[12 + byte]));
    (bytes, document as usize)
}

fn patch(file: &mut File, at: usize, byte: u8) {
    file.seek(SeekFrom::Start(at as u64)).unwrap();
    file.write_all(&[byte]).unwrap();
}

#[test]
fn every_byte_that_is_changed_is_told() {
    let (bytes, document) = small();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("log.midpg-cache");
    let mut file = File::create(&path).unwrap();
    file.write_all(&bytes).unwrap();
    read(&path).unwrap();
    assert!(document > PRELUDE && document < bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        for flipped in [byte ^ 1, byte ^ 0x80, !byte] {
            patch(&mut file, at, flipped);
            told(&path, &format!("byte {at} is {flipped:#x}"));
        }
        patch(&mut file, at, byte);
    }
    read(&path).unwrap();
}

#[test]
fn every_length_is_told() {
    let (bytes, document) = small();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("log.midpg-cache");
    let step = |length: usize| {
        if length < 64 || length + 64 > document {
            1
        } else {
            29
        }
    };
    let mut length = 0;
    while length < bytes.len() {
        std::fs::write(&path, &bytes[..length]).unwrap();
        told(&path, &format!("{length} bytes"));
        length += step(length);
    }
    let mut longer = bytes;
    longer.push(0);
    std::fs::write(&path, &longer).unwrap();
    told(&path, "a byte more");
}

#[test]
fn a_file_that_becomes_shorter_while_it_is_open_is_told() {
    let (bytes, document) = small();
    let (folder, cache) = open(&bytes);
    let cache = cache.unwrap();
    let file = File::options()
        .write(true)
        .open(folder.path().join("log.midpg-cache"));
    file.unwrap().set_len(document as u64 / 2).unwrap();
    let error = cache.dataset().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.to_string().contains("midpg encode"), "{error}");
}

#[test]
fn a_chunk_that_is_not_there_is_told() {
    let (bytes, _) = small();
    let (_folder, cache) = open(&bytes);
    let cache = cache.unwrap();
    let chunks = cache.chunks(Part::Test);
    let mut columns = cache.columns();
    let error = cache
        .read_chunk(Part::Test, chunks, &mut columns)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert_eq!(cache.chunk_rows(Part::Test, chunks), 0);
}

/// A cache with another document, and checksums that are right.
fn with_document(
    bytes: &[u8],
    document: usize,
    change: impl Fn(&mut serde_json::Value),
) -> Vec<u8> {
    use crate::data::cache::prelude::Prelude;
    let mut json = serde_json::from_slice(&bytes[document..]).unwrap();
    change(&mut json);
    let json = serde_json::to_vec(&json).unwrap();
    let prelude = Prelude {
        document: document as u64,
        length: json.len() as u64,
        checksum: crc32fast::hash(&json),
    };
    [&prelude.to_bytes()[..], &bytes[PRELUDE..document], &json].concat()
}

#[test]
fn a_document_that_lies_is_told_before_anything_is_read() {
    let (bytes, document) = small();
    let lies: [(&str, serde_json::Value); 9] = [
        ("/train/rows", 1_000_000_000_000_u64.into()),
        ("/train/chunks/0/0", 41.into()),
        ("/train/chunks/0/1", u64::MAX.into()),
        ("/train/chunks/0/2", u32::MAX.into()),
        ("/train/chunks/0/2", 0.into()),
        ("/train/answers/positives", u64::MAX.into()),
        ("/train/answers/scenarios/2", u64::MAX.into()),
        ("/tuples/0/1", u64::MAX.into()),
        (
            "/encoder/fields/0/vocabulary",
            serde_json::json!({"hashed": 4_294_967_295_u32}),
        ),
    ];
    for (pointer, lie) in lies {
        let bytes = with_document(&bytes, document, |json| {
            *json.pointer_mut(pointer).unwrap() = lie.clone();
        });
        let (_folder, cache) = open(&bytes);
        let error = cache.expect_err(pointer);
        assert_eq!(error.kind(), ErrorKind::Data, "{pointer}: {error}");
    }
    // The same chunk over and over would be rows without bytes.
    let bytes = with_document(&bytes, document, |json| {
        let chunk = json["test"]["chunks"][0].clone();
        let rows = chunk[2].as_u64().unwrap();
        json["test"]["chunks"].as_array_mut().unwrap().push(chunk);
        let all = json["test"]["rows"].as_u64().unwrap() + rows;
        json["test"]["rows"] = all.into();
        let first = json["test"]["answers"]["scenarios"][2].as_u64().unwrap() + rows;
        json["test"]["answers"]["scenarios"][2] = first.into();
    });
    let error = open(&bytes).1.unwrap_err();
    assert!(
        error.to_string().contains("its chunks do not stand"),
        "{error}"
    );
}

#[test]
fn a_newer_format_and_another_kind_of_file_are_told_as_such() {
    let (mut bytes, _) = small();
    bytes[8] = 2;
    let error = open(&bytes).1.unwrap_err().to_string();
    assert!(
        error.contains("format 2") && error.contains("update midpg"),
        "{error}"
    );
    let (folder, cache) = open(b"page,user,item\nhome,u1,i1\nhome,u1,i1\nhome,u1,i1\n");
    let error = cache.unwrap_err().to_string();
    assert!(error.contains("not a cache"), "{error}");
    let path = folder.path().join("log.midpg-cache");
    assert!(!Cache::is(&path).unwrap());
    std::fs::write(&path, &bytes).unwrap();
    assert!(Cache::is(&path).unwrap());
}

/// A disk that is full.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.0.checked_sub(bytes.len()) {
            Some(left) => {
                self.0 = left;
                Ok(bytes.len())
            }
            None => Err(std::io::ErrorKind::StorageFull.into()),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Seek for Full {
    fn seek(&mut self, _: SeekFrom) -> std::io::Result<u64> {
        Ok(0)
    }
}

#[test]
fn a_full_disk_is_told() {
    let (text, schema) = shop(200);
    for room in [0, 39, 1000, 5000] {
        let writer = CacheWriter::new(Full(room), Cursor::new(Vec::new())).chunk_rows(16);
        let written = writer.write(text.as_bytes(), "log.csv", &schema, LoadOptions::default());
        assert_eq!(written.unwrap_err().kind(), ErrorKind::Io, "{room}");
    }
}

#[test]
fn what_was_learnt_is_asked_about_before_rows_are_written() {
    let (text, schema) = shop(200);
    let mut out = Cursor::new(Vec::new());
    let refused = CacheWriter::new(&mut out, Cursor::new(Vec::new()))
        .check(|encoder| {
            let message = format!("{} fields", encoder.fields().len());
            Err(crate::Error::new(ErrorKind::Schema, message))
        })
        .write(text.as_bytes(), "log.csv", &schema, LoadOptions::default())
        .unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Schema);
    assert!(refused.to_string().ends_with("fields"), "{refused}");
    assert!(out.into_inner().is_empty());
}
