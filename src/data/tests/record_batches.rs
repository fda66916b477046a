//! Record batches against the same rows as text.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float32Array, Float64Array, Int8Array,
    Int64Array, LargeStringArray, NullArray, RecordBatch, RecordBatchIterator, RecordBatchReader,
    StringArray, StringViewArray, TimestampMicrosecondArray, UInt16Array,
};
use proptest::prelude::*;

use super::*;
use crate::data::{
    ArrowEncoder, Columns, Encoder, LabelUse, OnBadRow, SplitUse, encode, encode_batches,
    load_batches,
};

/// The learnt shop and, of each of its columns, the cells of [`ROWS`].
fn cells(text: &str, column: &str) -> Vec<Option<String>> {
    let place = HEADER
        .trim()
        .split(',')
        .position(|name| name == column)
        .unwrap();
    let rows = text.lines().skip(1);
    rows.map(|row| row.split(',').nth(place).unwrap().to_owned())
        .map(|cell| (cell != "-1" && !cell.is_empty()).then_some(cell))
        .collect()
}

fn numbers<T: std::str::FromStr>(cells: &[Option<String>]) -> Vec<Option<T>> {
    cells
        .iter()
        .map(|cell| cell.as_ref()?.parse().ok())
        .collect()
}

/// The rows as a batch in which no column is plain text.
fn typed(text: &str) -> RecordBatch {
    let of = |column| cells(text, column);
    let users: DictionaryArray<Int32Type> = of("user").iter().map(|cell| cell.as_deref()).collect();
    let mut tags = ListBuilder::new(StringBuilder::new());
    for cell in of("tags") {
        match cell {
            Some(cell) => {
                cell.split(';')
                    .for_each(|item| tags.values().append_value(item));
                tags.append(true);
            }
            None => tags.append_null(),
        }
    }
    let times: Vec<Option<i64>> = numbers(&of("time"));
    let times = times
        .into_iter()
        .map(|time| time.map(|s| s * 1_000_000 + 999_999));
    let times: TimestampMicrosecondArray = times.collect();
    let flags: Vec<Option<bool>> = of("bought")
        .iter()
        .map(|cell| Some(cell.as_ref()? == "1"))
        .collect();
    let prices: Vec<Option<f64>> = numbers(&of("price"));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("user", Arc::new(users)),
        (
            "page",
            Arc::new(of("page").into_iter().collect::<StringViewArray>()),
        ),
        ("price", Arc::new(Float64Array::from(prices))),
        (
            "weight",
            Arc::new(Int8Array::from(numbers::<i8>(&of("weight")))),
        ),
        ("tags", Arc::new(tags.finish())),
        ("time", Arc::new(times.with_timezone("UTC"))),
        ("bought", Arc::new(BooleanArray::from(flags))),
        ("other", Arc::new(NullArray::new(of("page").len()))),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn encoded(encoder: &Arc<Encoder>, batch: &RecordBatch) -> Result<Columns> {
    let mut arrow = ArrowEncoder::new(encoder, &batch.schema(), LabelUse::Required)?;
    let mut chunk = arrow.chunk();
    arrow.encode(batch, 0, OnBadRow::Fail, &mut chunk)?;
    Ok(chunk.columns)
}

fn as_text(encoder: &Arc<Encoder>, text: &str) -> Columns {
    let options = LoadOptions {
        split: SplitUse::Whole,
        ..Default::default()
    };
    encode(text.as_bytes(), "a", encoder, options)
        .unwrap()
        .columns
}

#[test]
fn typed_columns_are_read_as_their_text() {
    let shop = load_text(&log()).unwrap();
    let columns = encoded(&shop.encoder, &typed(&log())).unwrap();
    assert_eq!(columns, as_text(&shop.encoder, &log()));
    assert_eq!(columns.rows, 6);
}

proptest! {
    #[test]
    fn any_rows_are_read_as_their_text(rows in proptest::collection::vec(super::stream::row_strategy(), 1..30)) {
        let shop = load_text(&log()).unwrap();
        let text = format!("{HEADER}{}", rows.concat());
        let columns = encoded(&shop.encoder, &typed(&text)).unwrap();
        prop_assert_eq!(columns, as_text(&shop.encoder, &text));
    }
}

/// The batch with one column in another form.
fn with(column: &str, array: ArrayRef) -> RecordBatch {
    let batch = typed(&log());
    let schema = batch.schema();
    let columns = schema
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, old)| {
            let same = field.name() != column;
            (
                field.name().clone(),
                if same {
                    Arc::clone(old)
                } else {
                    Arc::clone(&array)
                },
            )
        });
    RecordBatch::try_from_iter(columns.collect::<Vec<_>>()).unwrap()
}

#[test]
fn every_way_to_write_a_value_gives_the_same_id() {
    let shop = load_text(&log()).unwrap();
    let wanted = as_text(&shop.encoder, &log());
    let f32s = [
        Some(1.0),
        Some(2.0),
        Some(3.0),
        Some(4.0),
        Some(9.0),
        Some(f32::NAN),
    ];
    let days: DictionaryArray<Int32Type> = ["0", "3600", "7200", "86400", "0", "-1"]
        .into_iter()
        .collect();
    for (column, array) in [
        (
            "price",
            Arc::new(Float32Array::from(f32s.to_vec())) as ArrayRef,
        ),
        (
            "price",
            Arc::new(StringArray::from(vec!["1", "2.0", " 3", "4e0", "9", "-1"])),
        ),
        (
            "weight",
            Arc::new(LargeStringArray::from(vec![
                "10", "20", "", "30", "20", "-1",
            ])),
        ),
        (
            "time",
            Arc::new(Int64Array::from(vec![0, 3600, 7200, 86400, 0, -1])),
        ),
        (
            "time",
            Arc::new(Float64Array::from(vec![
                0.0,
                3600.0,
                7200.0,
                86400.0,
                0.0,
                f64::NAN,
            ])),
        ),
        ("time", Arc::new(days)),
        (
            "bought",
            Arc::new(UInt16Array::from(vec![1, 0, 0, 1, 1, 0])),
        ),
        (
            "bought",
            Arc::new(Float64Array::from(vec![1.0, 0.0, 0.0, 1.0, 1.0, 0.0])),
        ),
    ] {
        let columns = encoded(&shop.encoder, &with(column, array)).unwrap();
        assert_eq!(columns, wanted, "{column}");
    }
    // A day is midnight.
    let midnight = log().replace(",3600,", ",0,").replace(",7200,", ",0,");
    let days = Date32Array::from(vec![Some(0), Some(0), Some(0), Some(1), Some(0), None]);
    let columns = encoded(&shop.encoder, &with("time", Arc::new(days))).unwrap();
    assert_eq!(columns, as_text(&shop.encoder, &midnight));
}

#[test]
fn types_that_do_not_fit_are_told_by_column() {
    let shop = load_text(&log()).unwrap();
    let error = |column, array| {
        encoded(&shop.encoder, &with(column, array))
            .unwrap_err()
            .to_string()
    };
    let floats = || Arc::new(Float64Array::from(vec![1.0; 6])) as ArrayRef;
    let flags = || Arc::new(BooleanArray::from(vec![true; 6])) as ArrayRef;
    assert_eq!(
        error("user", floats()),
        "column \"user\": the type Float64 cannot be read as a categorical field (cast it to integers or text)"
    );
    assert!(error("tags", floats()).starts_with("column \"tags\": the type Float64"));
    assert!(
        error("price", flags())
            .contains("column \"price\": the type Boolean cannot be read as a number")
    );
    assert!(error("time", flags()).contains("cannot be read as a time"));
    let time = Arc::new(TimestampMicrosecondArray::from(vec![0; 6]));
    assert!(error("user", time).contains("column \"user\": the type Timestamp"));

    let batch = typed(&log()).project(&[0, 1, 2]).unwrap();
    let missing = encoded(&shop.encoder, &batch).unwrap_err().to_string();
    assert!(missing.contains("no column \"weight\""), "{missing}");
}

#[test]
fn a_bad_cell_is_told_by_row_and_may_keep_its_place() {
    let shop = load_text(&log()).unwrap();
    let batch = with(
        "price",
        Arc::new(StringArray::from(vec!["1", "2", "x", "4", "y", "-1"])),
    );
    let error = encoded(&shop.encoder, &batch).unwrap_err().to_string();
    assert_eq!(
        error,
        "column \"price\": row 2: value \"x\" is not a number"
    );

    let mut arrow = ArrowEncoder::new(&shop.encoder, &batch.schema(), LabelUse::Ignored).unwrap();
    let mut chunk = arrow.chunk();
    arrow
        .encode(&batch, 100, OnBadRow::Skip, &mut chunk)
        .unwrap();
    assert_eq!(chunk.rows(), 6);
    let bad: Vec<u32> = chunk.bad.iter().map(|(row, _)| *row).collect();
    assert_eq!(bad, [2, 4]);
    assert!(chunk.bad[1].1.to_string().contains("row 104: value \"y\""));

    let strict = ArrowEncoder::new(&shop.encoder, &typed(&log()).schema(), LabelUse::Ignored);
    let error = strict
        .unwrap()
        .strict_scenarios(true)
        .encode(&typed(&log()), 0, OnBadRow::Fail, &mut chunk)
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("row 5: scenario \"shop\" was not"),
        "{error}"
    );
}

#[test]
fn an_item_with_the_separator_in_it_is_refused() {
    let shop = load_text(&log()).unwrap();
    let mut tags = ListBuilder::new(StringBuilder::new());
    for row in 0..6 {
        tags.values()
            .append_value(if row == 3 { "a;b" } else { "a" });
        tags.append(true);
    }
    let batch = with("tags", Arc::new(tags.finish()));
    let error = encoded(&shop.encoder, &batch).unwrap_err().to_string();
    assert!(error.contains("row 3: "), "{error}");
    assert!(
        error.contains("the item \"a;b\" has the separator"),
        "{error}"
    );

    // It is one row's error: the others can be had.
    let mut arrow = ArrowEncoder::new(&shop.encoder, &batch.schema(), LabelUse::Ignored).unwrap();
    let mut chunk = arrow.chunk();
    arrow.encode(&batch, 0, OnBadRow::Skip, &mut chunk).unwrap();
    assert_eq!(chunk.usable(), [true, true, true, false, true, true]);
}

/// The batch with its part, as a reader of batches of `rows` rows, an empty one among them.
fn reader(batch: &RecordBatch, rows: usize) -> impl RecordBatchReader {
    let count = batch.num_rows();
    let cuts = (0..count).step_by(rows);
    let pieces = cuts.map(|start| batch.slice(start, rows.min(count - start)));
    let pieces: Vec<RecordBatch> = std::iter::once(batch.slice(0, 0)).chain(pieces).collect();
    RecordBatchIterator::new(pieces.into_iter().map(Ok), batch.schema())
}

fn whole() -> RecordBatch {
    with_part(&typed(&log()))
}

fn with_part(batch: &RecordBatch) -> RecordBatch {
    let schema = batch.schema();
    let names = schema.fields().iter().map(|field| field.name().clone());
    let columns = names.zip(batch.columns().iter().cloned());
    let parts: StringArray = cells(&log(), "part").into_iter().collect();
    let part = ("part".to_owned(), Arc::new(parts) as ArrayRef);
    RecordBatch::try_from_iter(columns.chain([part])).unwrap()
}

#[test]
fn batches_teach_what_their_text_does_however_they_are_cut() {
    let text = load_text(&log()).unwrap();
    let mut digests = std::collections::BTreeSet::new();
    for rows in [1, 2, 4, 100] {
        let load = |batch: &RecordBatch| {
            load_batches(
                reader(batch, rows),
                "batches",
                &shop(),
                LoadOptions::default(),
            )
            .unwrap()
        };
        let mut data = load(&whole());
        digests.insert(std::mem::take(&mut data.report.sha256));
        assert_eq!(data.encoder, text.encoder);
        assert_eq!((&data.columns, &data.parts), (&text.columns, &text.parts));
        let mut report = text.report.clone();
        report.sha256.clear();
        assert_eq!(data.report, report);
        let options = LoadOptions {
            split: SplitUse::Refit,
            ..Default::default()
        };
        let again = encode_batches(reader(&whole(), rows), "batches", &text.encoder, options);
        let again = again.unwrap();
        assert_eq!((&again.columns, &again.parts), (&text.columns, &text.parts));
    }
    assert_eq!(digests.len(), 1, "the same cells are the same data");
    let other: StringArray = cells(&log(), "page").into_iter().rev().collect();
    let other = with_part(&with("page", Arc::new(other)));
    let other = load_batches(
        reader(&other, 2),
        "batches",
        &shop(),
        LoadOptions::default(),
    );
    assert!(!digests.contains(&other.unwrap().report.sha256));
}

#[test]
fn rows_of_batches_that_cannot_be_read_are_named_or_left_out() {
    let prices: StringArray = ["1", "2", "3", "four", "9", "-1"]
        .map(Some)
        .into_iter()
        .collect();
    let batch = with_part(&with("price", Arc::new(prices)));
    let load = |on_bad_row| {
        let options = LoadOptions {
            on_bad_row,
            ..Default::default()
        };
        load_batches(reader(&batch, 2), "batches", &shop(), options)
    };
    assert_eq!(
        load(OnBadRow::Fail).unwrap_err().to_string(),
        "batches: column \"price\": row 3: value \"four\" is not a number"
    );
    let skipped = load(OnBadRow::Skip).unwrap();
    assert_eq!((skipped.columns.rows, skipped.report.skipped), (5, 1));
    // The reader's own error, and a column that is not there.
    let broken = arrow_schema::ArrowError::ParseError("torn".to_owned());
    let pieces = [Ok(whole().slice(0, 3)), Err(broken)];
    let broken = RecordBatchIterator::new(pieces, whole().schema());
    let error = load_batches(broken, "batches", &shop(), LoadOptions::default()).unwrap_err();
    assert!(error.to_string().contains("torn"), "{error}");
    let error = load_batches(
        reader(&typed(&log()), 2),
        "batches",
        &shop(),
        LoadOptions::default(),
    );
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("no column \"part\" for the split"),
        "{error}"
    );
}
