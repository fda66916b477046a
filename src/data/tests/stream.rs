//! Chunked streams and single rows against whole loads.

use proptest::prelude::*;

use super::*;
use crate::data::{
    Columns, EncodedStream, FieldColumn, MISSING, OnBadRow, SplitUse, StreamOptions, encode,
};

fn append(all: &mut Columns, chunk: &Columns) {
    all.rows += chunk.rows;
    all.scenario.extend(&chunk.scenario);
    for (all, column) in all.fields.iter_mut().zip(&chunk.fields) {
        match (all, column) {
            (FieldColumn::Ids(all), FieldColumn::Ids(ids)) => all.extend(ids),
            (FieldColumn::Dense(all), FieldColumn::Dense(values)) => all.extend(values),
            (
                FieldColumn::Bags {
                    offsets: all,
                    ids: all_ids,
                },
                FieldColumn::Bags { offsets, ids },
            ) => {
                let start = all_ids.len() as u32;
                all.extend(offsets[1..].iter().map(|offset| offset + start));
                all_ids.extend(ids);
            }
            _ => panic!("columns of different kinds"),
        }
    }
}

pub(super) fn row_strategy() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        Just(String::new()),
        (-5..30_i32).prop_map(|n| n.to_string())
    ];
    let tags = proptest::collection::vec("[a-e](:[0-9])?", 0..4);
    (
        "(u[0-9]|-1|)",
        "(home|list|cart|)",
        number.clone(),
        number,
        tags,
        0..400_000_u32,
        "[01]",
        "(tr|tr|va|te)",
    )
        .prop_map(|(user, page, price, weight, tags, time, bought, part)| {
            format!(
                "{user},{page},{price},{weight},{},{time},{bought},{part}\n",
                tags.join(";")
            )
        })
}

proptest! {
    #[test]
    fn streams_of_any_chunk_size_equal_the_whole(
        rows in proptest::collection::vec(row_strategy(), 1..40),
        size in 1_usize..12,
    ) {
        let learnt = load_text(&log()).unwrap();
        let text = format!("{HEADER}{}", rows.concat());
        let options = LoadOptions { split: SplitUse::Whole, label: crate::data::LabelUse::Ignored, ..Default::default() };
        let whole = encode(text.as_bytes(), "a", &learnt.encoder, options).unwrap();
        let mut stream = EncodedStream::new(text.as_bytes(), "a", &learnt.encoder, StreamOptions::default()).unwrap();
        let mut all: Option<Columns> = None;
        while let Some(chunk) = stream.next_chunk(size).unwrap() {
            prop_assert!(chunk.rows() <= size);
            match &mut all {
                Some(all) => append(all, &chunk.columns),
                None => all = Some(chunk.columns.clone()),
            }
        }
        prop_assert_eq!(all.unwrap(), whole.columns);
    }

    #[test]
    fn ids_stay_below_sizes_and_stand_for_their_values(
        rows in proptest::collection::vec(row_strategy(), 1..60),
    ) {
        let text = format!("{HEADER}u,home,1,1,a,0,1,tr\n{}", rows.concat());
        let data = load_text(&text).unwrap();
        for (field, column) in data.encoder.fields().iter().zip(&data.columns.fields) {
            let ids = match column {
                FieldColumn::Ids(ids) => ids,
                FieldColumn::Bags { offsets, ids } => {
                    prop_assert_eq!(offsets.len(), data.columns.rows + 1);
                    prop_assert!(offsets.windows(2).all(|pair| pair[0] < pair[1]));
                    ids
                }
                FieldColumn::Dense(values) => {
                    prop_assert!(values.iter().all(|value| value.is_finite()));
                    continue;
                }
            };
            prop_assert!(ids.iter().all(|&id| (id as usize) < field.size()));
        }
        // Round trip: the name of a row's id is its cell, unless that is unknown or missing.
        let users = &data.encoder.fields()[1];
        let FieldColumn::Ids(ids) = &data.columns.fields[1] else { panic!() };
        for (line, &id) in text.lines().skip(1).zip(ids) {
            let cell = line.split(',').next().unwrap();
            match id {
                0 => prop_assert_eq!(users.vocabulary().id(cell), 0),
                MISSING => prop_assert!(cell.is_empty() || cell == "-1"),
                id => prop_assert_eq!(users.vocabulary().name(id), cell),
            }
        }
    }
}

#[test]
fn a_bad_row_keeps_its_place() {
    let learnt = load_text(&log()).unwrap();
    let text = "user,page,price,weight,tags,time\nu1,home,1,1,a,0\nu1,home,dear,1,a,0\nu1\nu2,list,1,1,a,0\n";
    let options = StreamOptions {
        on_bad_row: OnBadRow::Skip,
        ..Default::default()
    };
    let mut stream = EncodedStream::new(text.as_bytes(), "a", &learnt.encoder, options).unwrap();
    let chunk = stream.next_chunk(100).unwrap().unwrap();
    assert_eq!(chunk.rows(), 4);
    assert_eq!(chunk.usable(), [true, false, false, true]);
    assert!(
        chunk.bad[0]
            .1
            .to_string()
            .starts_with("a:3: column \"price\"")
    );
    assert!(
        chunk.bad[1]
            .1
            .to_string()
            .starts_with("a:4: the row has 1 cell")
    );
    assert_eq!(chunk.columns.scenario, [2, MISSING, MISSING, 3]);
    assert!(stream.next_chunk(100).unwrap().is_none());

    let mut stream = EncodedStream::new(
        text.as_bytes(),
        "a",
        &learnt.encoder,
        StreamOptions::default(),
    )
    .unwrap();
    assert_eq!(stream.next_chunk(100).unwrap_err().line(), Some(3));
}

#[test]
fn an_unknown_scenario_is_counted_or_an_error() {
    let learnt = load_text(&log()).unwrap();
    let text = "user,page,price,weight,tags,time\nu1,cart,1,1,a,0\nu1,,1,1,a,0\n";
    let read = |strict_scenarios| {
        let options = StreamOptions {
            strict_scenarios,
            ..Default::default()
        };
        let mut stream =
            EncodedStream::new(text.as_bytes(), "a", &learnt.encoder, options).unwrap();
        stream.next_chunk(9).map(|chunk| chunk.cloned())
    };
    assert_eq!(read(false).unwrap().unwrap().columns.unknown_scenarios(), 1);
    assert_eq!(
        read(true).unwrap_err().to_string(),
        r#"a:2: column "page": scenario "cart" was not in the training data"#
    );
}

#[test]
fn single_rows_encode_as_those_of_a_file() {
    let learnt = load_text(&log()).unwrap();
    let header = ["page", "time", "user", "tags", "weight", "price"];
    let mut encoder = learnt.encoder.bind(&header).unwrap();
    let mut columns = encoder.columns();
    let row = [
        Some("home"),
        Some("0"),
        Some("u1"),
        Some("a:1;b"),
        Some("10"),
        Some("1"),
    ];
    encoder.push(&row[..], &mut columns).unwrap();
    let nothing: [Option<&str>; 6] = [None; 6];
    encoder.push(&nothing[..], &mut columns).unwrap();
    let bad = [
        Some("home"),
        Some("0"),
        Some("u1"),
        Some("a"),
        Some("10"),
        Some("x"),
    ];
    assert!(encoder.push(&bad[..], &mut columns).is_err());

    let text = "user,page,price,weight,tags,time\nu1,home,1,10,a:1;b,0\n,,,,,\n";
    let mut stream = EncodedStream::new(
        text.as_bytes(),
        "a",
        &learnt.encoder,
        StreamOptions::default(),
    )
    .unwrap();
    assert_eq!(columns, stream.next_chunk(9).unwrap().unwrap().columns);

    let mut missing = encoder.columns();
    encoder.push_missing(&mut missing);
    columns.truncate(2);
    assert_eq!(missing.scenario[0], columns.scenario[1]);
    let error = learnt.encoder.bind(&["page"]).unwrap_err().to_string();
    assert!(error.contains("no column \"user\""), "{error}");
}
