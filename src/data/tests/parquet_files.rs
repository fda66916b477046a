//! Parquet files against the same rows as text.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, GzipLevel, ZstdLevel};
use ::parquet::file::properties::WriterProperties;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use tempfile::TempDir;

use super::*;
use crate::data::{
    LabelUse, OnBadRow, ParquetFiles, RawRows, RawStream, SplitUse, StreamOptions, encode,
    encode_parquet, load_parquet,
};
use crate::random::Stream;

/// Some rows of text as a Parquet file of text columns, in groups of three rows.
fn write(text: &str, path: &Path, compression: Compression) {
    let mut lines = text.lines();
    let header = lines.next().unwrap().split(',');
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let columns = header.enumerate().map(|(place, name)| {
        let cells = rows.iter().map(|row| Some(row[place]));
        (name, Arc::new(cells.collect::<StringArray>()) as ArrayRef)
    });
    let batch = RecordBatch::try_from_iter(columns.collect::<Vec<_>>()).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_max_row_group_row_count(Some(3))
        .build();
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn options() -> StreamOptions {
    StreamOptions {
        on_bad_row: OnBadRow::Fail,
        label: LabelUse::Ignored,
        strict_scenarios: false,
    }
}

#[test]
fn a_file_teaches_and_gives_what_its_text_does() {
    let folder = TempDir::new().unwrap();
    let text = load_text(&log()).unwrap();
    for (name, compression) in [
        ("plain", Compression::UNCOMPRESSED),
        ("snappy", Compression::SNAPPY),
        ("gzip", Compression::GZIP(GzipLevel::default())),
        ("zstd", Compression::ZSTD(ZstdLevel::default())),
        ("lz4", Compression::LZ4_RAW),
    ] {
        let path = folder.path().join(format!("{name}.parquet"));
        write(&log(), &path, compression);
        let files = ParquetFiles::find(&path).unwrap();
        let loaded = load_parquet(&files, &shop(), LoadOptions::default()).unwrap();
        assert_eq!(loaded.encoder, text.encoder, "{name}");
        assert_eq!(
            (loaded.columns, loaded.parts),
            (text.columns.clone(), text.parts.clone())
        );
        assert_eq!(loaded.report.sha256.len(), 64);
        assert_ne!(loaded.report.sha256, text.report.sha256);
    }
}

#[test]
fn folders_and_patterns_are_read_as_one_file_in_the_order_of_names() {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("more")).unwrap();
    let rows: Vec<&str> = ROWS.lines().collect();
    for (name, rows) in [
        ("a", &rows[..2]),
        ("b", &rows[2..5]),
        ("more/c", &rows[5..]),
    ] {
        let text = format!("{HEADER}{}", rows.join("\n"));
        write(
            &text,
            &root.join(format!("{name}.parquet")),
            Compression::SNAPPY,
        );
    }
    fs::write(root.join("_SUCCESS"), "").unwrap();
    fs::write(root.join(".a.parquet.crc"), "x").unwrap();
    let text = load_text(&log()).unwrap();
    for path in [root.to_owned(), root.join("**/*.parquet")] {
        let files = ParquetFiles::find(&path).unwrap();
        assert_eq!(files.files().len(), 3);
        assert_eq!(
            load_parquet(&files, &shop(), LoadOptions::default())
                .unwrap()
                .encoder,
            text.encoder
        );
    }
    let files = ParquetFiles::find(&root.join("[ab].parquet")).unwrap();
    assert_eq!(files.files().len(), 2);
    let none = ParquetFiles::find(&root.join("x*.parquet"))
        .unwrap_err()
        .to_string();
    assert!(none.contains("there is no Parquet file"), "{none}");
    assert!(ParquetFiles::is(root) && !ParquetFiles::is(&root.join("more/none")));
}

#[test]
fn streams_of_any_piece_equal_the_whole() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.parquet");
    write(&log(), &path, Compression::SNAPPY);
    let files = ParquetFiles::find(&path).unwrap();
    let learnt = load_text(&log()).unwrap();
    let whole = LoadOptions {
        split: SplitUse::Whole,
        label: LabelUse::Ignored,
        ..Default::default()
    };
    let expected = encode(log().as_bytes(), "a", &learnt.encoder, whole)
        .unwrap()
        .columns;
    let keep = ["user".to_owned(), "part".to_owned()];
    for most in [1, 2, 4, 100] {
        let (mut stream, mut encoder) =
            RawStream::parquet(&files, &keep, &learnt.encoder, options()).unwrap();
        let (mut rows, mut chunk) = (RawRows::default(), encoder.chunk());
        let (mut scenario, mut kept) = (Vec::<u32>::new(), Vec::new());
        while stream.next(most, &mut rows).unwrap() {
            encoder.encode(&rows, &mut chunk).unwrap();
            assert!(chunk.rows() <= most);
            scenario.extend(&chunk.columns.scenario);
            kept.extend(encoder.kept(&rows, &keep).unwrap());
        }
        assert_eq!(scenario, expected.scenario, "{most}");
        let users: Vec<String> = kept.iter().map(|row| row[0].text()).collect();
        assert_eq!(users, ["u1", "u2", "u1", "u3", "u9", ""]);
        assert_eq!(kept[5][1].json(), "\"te\"");
    }
}

#[test]
fn errors_name_the_file_and_the_row() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.parquet");
    write(
        &log().replace("u3,list,4", "u3,list,four"),
        &path,
        Compression::SNAPPY,
    );
    let files = ParquetFiles::find(&path).unwrap();
    let error = load_parquet(&files, &shop(), LoadOptions::default()).unwrap_err();
    let expected = format!(
        "{}: column \"price\": row 3: value \"four\" is not a number",
        path.display()
    );
    assert_eq!(error.to_string(), expected);

    let other = folder.path().join("b.parquet");
    write(
        &log().replace("price", "prize"),
        &other,
        Compression::SNAPPY,
    );
    let files = ParquetFiles::find(folder.path()).unwrap();
    let learnt = load_text(&log()).unwrap();
    let (mut stream, _) = RawStream::parquet(&files, &[], &learnt.encoder, options()).unwrap();
    let mut rows = RawRows::default();
    assert!(stream.next(10, &mut rows).unwrap());
    let error = stream.next(10, &mut rows).unwrap_err().to_string();
    assert!(
        error.contains("b.parquet") && error.contains("no column \"price\""),
        "{error}"
    );
}

#[test]
fn damaged_files_are_errors() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.parquet");
    write(&log(), &path, Compression::ZSTD(ZstdLevel::default()));
    let bytes = fs::read(&path).unwrap();
    let learnt = load_text(&log()).unwrap();
    let mut random = Stream::new(1, "damage");
    let encode = || {
        let files = ParquetFiles::find(&path)?;
        encode_parquet(&files, &learnt.encoder, LoadOptions::default())
    };
    for cut in [0, 4, 11, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&path, &bytes[..cut]).unwrap();
        let error = encode().unwrap_err().to_string();
        assert!(error.contains("cannot be read as Parquet"), "{error}");
    }
    // One byte is another: an error or other rows, but no panic.
    for place in random.permutation(bytes.len()).into_iter().take(400) {
        let mut damaged = bytes.clone();
        damaged[place as usize] ^= 0x5a;
        fs::write(&path, &damaged).unwrap();
        let _ = encode();
    }
}
