//! Batches drawn from a cache.

use std::sync::Arc;

use super::*;
use crate::data::{FieldColumn, ShuffledRows};
use crate::random::{Stream, StreamState};

/// The `truth` column numbers the rows of a log: the rows of each batch by it, to the end of the epoch.
fn rest(rows: &mut ShuffledRows) -> Vec<Vec<u32>> {
    let mut batches = Vec::new();
    while let Some(batch) = rows.next_batch().unwrap() {
        let truth = batch.columns.truth.as_deref().unwrap();
        batches.push(
            batch
                .rows
                .iter()
                .map(|&row| truth[row as usize].to_bits())
                .collect(),
        );
    }
    assert!(rows.next_batch().unwrap().is_none());
    assert_eq!(rows.position(), rows.rows());
    batches
}

fn begin(
    cache: &Arc<Cache>,
    batch: usize,
    window: usize,
    state: &StreamState,
    at: u64,
) -> ShuffledRows {
    let mut stream = Stream::from_state(state).unwrap();
    ShuffledRows::new(Arc::clone(cache), batch, window, &mut stream, at).unwrap()
}

fn shop_cache(rows: usize, chunk_rows: usize) -> (TempDir, Arc<Cache>) {
    let (text, schema) = shop(rows);
    let (folder, cache) = cache(&text, &schema, 4, chunk_rows);
    (folder, Arc::new(cache))
}

/// The training rows as they stand in the cache.
fn numbers(cache: &Cache) -> Vec<u32> {
    let data = cache.dataset().unwrap();
    let truth = data.columns.truth.as_deref().unwrap();
    let rows = data.rows_of(Part::Train);
    rows.iter()
        .map(|&row| truth[row as usize].to_bits())
        .collect()
}

#[test]
fn each_row_comes_once_and_batches_are_full() {
    let (_folder, cache) = shop_cache(1000, 32);
    let state = Stream::new(1, "shuffle").state();
    let mut all = numbers(&cache);
    let in_order = all.clone();
    all.sort_unstable();
    for window in [1, 2, 3, 7, 100] {
        for batch in [1, 5, 32, 64, 100, 10_000] {
            let batches = rest(&mut begin(&cache, batch, window, &state, 0));
            let (last, full) = batches.split_last().unwrap();
            assert!(full.iter().all(|rows| rows.len() == batch));
            assert!(!last.is_empty() && last.len() <= batch);
            let mut seen = batches.concat();
            assert_ne!(seen, in_order);
            seen.sort_unstable();
            assert_eq!(seen, all, "windows of {window}, batches of {batch}");
        }
    }
}

#[test]
fn a_row_keeps_all_its_columns() {
    let (_folder, cache) = shop_cache(500, 32);
    let data = cache.dataset().unwrap();
    let truth = data.columns.truth.clone().unwrap();
    let state = Stream::new(1, "shuffle").state();
    let mut rows = begin(&cache, 48, 2, &state, 0);
    while let Some(batch) = rows.next_batch().unwrap() {
        let drawn = batch.columns.truth.as_deref().unwrap();
        let of = |&row: &u32| {
            let same = truth
                .iter()
                .position(|number| *number == drawn[row as usize]);
            same.unwrap() as u32
        };
        let expected = rows_of(&data, &batch.rows.iter().map(of).collect::<Vec<_>>());
        let mut given = cache.columns();
        given.append(batch.columns, batch.rows).unwrap();
        assert!(given == expected);
    }
}

#[test]
fn resumed_anywhere_it_goes_on_as_it_would_have() {
    let (_folder, cache) = shop_cache(600, 32);
    let state = Stream::new(2, "shuffle").state();
    for window in [1, 3, 100] {
        let whole = rest(&mut begin(&cache, 50, window, &state, 0)).concat();
        for position in (0..=whole.len()).step_by(7).chain([whole.len()]) {
            let batches = rest(&mut begin(&cache, 50, window, &state, position as u64));
            assert!(batches.concat() == whole[position..], "{window} {position}");
            assert!(batches.iter().rev().skip(1).all(|rows| rows.len() == 50));
        }
    }
    let mut stream = Stream::new(2, "shuffle");
    let past = ShuffledRows::new(cache, 50, 3, &mut stream, 601);
    assert_eq!(past.unwrap_err().kind(), crate::ErrorKind::ModelFile);
}

#[test]
fn resumed_between_batches_it_gives_the_same_batches() {
    let (_folder, cache) = shop_cache(600, 32);
    let state = Stream::new(2, "shuffle").state();
    let whole = rest(&mut begin(&cache, 50, 3, &state, 0));
    for done in 0..whole.len() {
        let batches = rest(&mut begin(&cache, 50, 3, &state, 50 * done as u64));
        assert_eq!(batches, whole[done..]);
    }
}

#[test]
fn one_window_has_the_order_of_rows_shuffled_in_memory() {
    let (_folder, cache) = shop_cache(700, 50);
    let data = cache.dataset().unwrap();
    let (mut in_memory, mut on_disk) = (Stream::new(9, "shuffle"), Stream::new(9, "shuffle"));
    let chunks = cache.chunks(Part::Train);
    let mut rows: Option<ShuffledRows> = None;
    for _epoch in 0..3 {
        let mut order = data.rows_of(Part::Train);
        in_memory.shuffle(&mut order);
        let rows = match &mut rows {
            Some(rows) => {
                rows.begin(64, &mut on_disk, 0).unwrap();
                rows
            }
            None => rows.insert(
                ShuffledRows::new(Arc::clone(&cache), 64, chunks, &mut on_disk, 0).unwrap(),
            ),
        };
        assert_eq!(in_memory.state(), on_disk.state());
        let mut drawn = Vec::new();
        while let Some(batch) = rows.next_batch().unwrap() {
            // The training rows are the first of a cache's, so that even the numbers are the same.
            drawn.extend_from_slice(batch.rows);
            assert!(batch.rows.len() == 64 || drawn.len() == order.len());
        }
        assert_eq!(drawn, order);
    }
}

#[test]
fn epochs_differ_and_the_stream_decides_them() {
    let (_folder, cache) = shop_cache(600, 32);
    let draw = || {
        let mut stream = Stream::new(5, "shuffle");
        let mut rows = ShuffledRows::new(Arc::clone(&cache), 40, 3, &mut stream, 0).unwrap();
        let first = rest(&mut rows);
        rows.begin(40, &mut stream, 0).unwrap();
        let second = rest(&mut rows);
        // What an epoch draws does not depend on how far the one before went.
        (first, second, stream.state())
    };
    let (first, second, state) = draw();
    assert_ne!(first, second);
    assert!((first, second.clone(), state) == draw());
    let mut stream = Stream::new(5, "shuffle");
    let mut rows = ShuffledRows::new(Arc::clone(&cache), 40, 3, &mut stream, 0).unwrap();
    rows.next_batch().unwrap();
    rows.begin(40, &mut stream, 0).unwrap();
    assert_eq!(rest(&mut rows), second);
}

#[test]
fn a_chunk_that_is_damaged_while_training_is_told() {
    let (folder, cache) = shop_cache(600, 32);
    let state = Stream::new(5, "shuffle").state();
    let mut rows = begin(&cache, 40, 3, &state, 0);
    let file = File::options()
        .write(true)
        .open(folder.path().join("log.midpg-cache"));
    file.unwrap().set_len(100).unwrap();
    let error = loop {
        match rows.next_batch() {
            Ok(batch) => assert!(batch.is_some()),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), crate::ErrorKind::Data);
    assert!(error.to_string().contains("midpg encode"), "{error}");
    // It does not go on with other rows.
    assert!(rows.next_batch().is_err());
}

#[test]
fn bags_of_a_window_s_end_come_along() {
    let (_folder, cache) = shop_cache(300, 16);
    let bags = cache
        .columns()
        .fields
        .iter()
        .any(|column| matches!(column, FieldColumn::Bags { .. }));
    assert!(bags);
    let state = Stream::new(5, "shuffle").state();
    let one = rest(&mut begin(&cache, 37, 1, &state, 0)).concat();
    let other = rest(&mut begin(&cache, 1, 1, &state, 0)).concat();
    assert_eq!(one, other, "batches do not change the order");
}
