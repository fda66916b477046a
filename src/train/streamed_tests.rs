//! Training from a cache on disk.

use std::fs::File;
use std::io::Cursor;
use std::sync::Arc;

use burn::tensor::Device;
use tempfile::TempDir;

use super::{Event, TrainOptions, Trainer};
use crate::data::synth::{Effect, Preset, SynthOptions, generate};
use crate::data::{Cache, CacheWriter, Dataset, Examples, LoadOptions, Streamed, load};
use crate::error::ErrorKind;
use crate::model::{Method, NetworkConfig, WeightingConfig};
use crate::schema::Schema;

const SEED: u64 = 3;

fn log() -> (Vec<u8>, Schema) {
    let options = SynthOptions {
        preset: Preset::Amazon,
        rows: 900,
        seed: SEED,
        effect: Effect::Modulated,
        truth: false,
    };
    let mut log = Vec::new();
    generate(&options, &mut log, &mut |_| ()).unwrap();
    (log, Schema::preset("amazon").unwrap())
}

fn in_memory() -> Arc<Dataset> {
    let (log, schema) = log();
    load(log.as_slice(), "log.csv", &schema, reading())
        .unwrap()
        .into()
}

fn reading() -> LoadOptions<'static> {
    LoadOptions {
        seed: SEED,
        ..Default::default()
    }
}

/// A cache in chunks of 64 rows.
fn on_disk() -> (TempDir, Arc<Cache>) {
    let (log, schema) = log();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("log.midpg-cache");
    let file = File::create_new(&path).unwrap();
    CacheWriter::new(file, Cursor::new(Vec::new()))
        .chunk_rows(64)
        .write(log.as_slice(), "log.csv", &schema, reading())
        .unwrap();
    let cache = Cache::open(&path).unwrap();
    (folder, cache.into())
}

fn options() -> TrainOptions {
    TrainOptions {
        network: NetworkConfig {
            embedding: 4,
            hidden: vec![16, 8],
            method: Method::MiDpg {
                weighting: WeightingConfig {
                    dr_div: 4,
                    dc_div: 4,
                    ..Default::default()
                },
                mutual_information: Default::default(),
            },
        },
        batch: 48,
        epochs: 3,
        patience: 3,
        seed: SEED,
        ..Default::default()
    }
}

fn streamed(cache: &Arc<Cache>, window: usize) -> Trainer {
    let rows = Streamed::with_window_chunks(Arc::clone(cache), window);
    Trainer::new(rows, options(), &Device::flex(), "cpu").unwrap()
}

fn bytes(trainer: &Trainer) -> Vec<u8> {
    let artifact = pollster::block_on(trainer.model().to_artifact()).unwrap();
    artifact.to_bytes().unwrap()
}

fn finish(trainer: &mut Trainer) -> Vec<Event> {
    trainer.events().collect::<crate::Result<_>>().unwrap()
}

#[test]
fn rows_on_disk_train_the_model_that_they_train_in_memory() {
    let (_folder, cache) = on_disk();
    let mut memory = Trainer::new(in_memory(), options(), &Device::flex(), "cpu").unwrap();
    let mut disk = streamed(&cache, 1000);
    assert_eq!(finish(&mut memory), finish(&mut disk));
    assert!(bytes(&memory) == bytes(&disk));
}

#[test]
fn a_run_by_windows_sees_all_rows_and_is_the_same_twice() {
    let (_folder, cache) = on_disk();
    let train = cache.rows(crate::data::Part::Train) as usize;
    let run = || {
        let mut trainer = streamed(&cache, 3);
        let events = finish(&mut trainer);
        (events, bytes(&trainer))
    };
    let (events, model) = run();
    for epoch in 1..=3 {
        let rows = events.iter().filter_map(|event| match event {
            Event::Step {
                epoch: of, rows, ..
            } if *of == epoch => Some(*rows),
            _ => None,
        });
        assert_eq!(rows.sum::<usize>(), train, "epoch {epoch}");
    }
    assert!((events, model) == run());
}

#[test]
fn a_killed_run_by_windows_goes_on_to_the_same_model() {
    let (_folder, cache) = on_disk();
    let mut whole = streamed(&cache, 3);
    let events = finish(&mut whole);
    let expected = bytes(&whole);
    // In a window, at windows' ends, at epochs' ends.
    for stop in (0..events.len()).step_by(5).chain([events.len() - 2]) {
        let mut killed = streamed(&cache, 3);
        for _ in 0..stop {
            pollster::block_on(killed.next_event()).unwrap();
        }
        let checkpoint = pollster::block_on(killed.checkpoint()).unwrap();
        drop(killed);
        let rows = Streamed::with_window_chunks(Arc::clone(&cache), 3);
        let mut resumed =
            Trainer::resume(rows, options(), &Device::flex(), "cpu", &checkpoint).unwrap();
        assert_eq!(finish(&mut resumed), events[stop..], "after {stop} events");
        assert!(bytes(&resumed) == expected, "after {stop} events");
    }
}

#[test]
fn another_window_is_another_run() {
    let (_folder, cache) = on_disk();
    let checkpoint = pollster::block_on(streamed(&cache, 3).checkpoint()).unwrap();
    let resume = |window| {
        let rows = Streamed::with_window_chunks(Arc::clone(&cache), window);
        Trainer::resume(rows, options(), &Device::flex(), "cpu", &checkpoint)
    };
    assert!(resume(3).is_ok());
    for window in [2, 1000] {
        let error = resume(window).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("rows in memory at once"));
    }
}

#[test]
fn rows_that_another_run_has_used_come_in_batches_of_this_one() {
    let (_folder, cache) = on_disk();
    let second = TrainOptions {
        batch: 20,
        ..options()
    };
    let run = |rows: Box<dyn Examples>| {
        let mut trainer = Trainer::new(rows, second.clone(), &Device::flex(), "cpu").unwrap();
        (finish(&mut trainer), bytes(&trainer))
    };
    let fresh = run(Streamed::with_window_chunks(Arc::clone(&cache), 3).into());
    let mut first = streamed(&cache, 3);
    pollster::block_on(first.next_event()).unwrap();
    let (events, model) = run(first.into_examples());
    assert!(matches!(events[0], Event::Step { rows: 20, .. }));
    assert!((events, model) == fresh);
}
