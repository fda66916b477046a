//! What a checkpoint keeps.

use std::sync::Arc;

use burn::tensor::Device;

use super::checkpoint::KEY;
use super::tests::{bytes, data, finish, trainer};
use super::{TrainOptions, Trainer};
use crate::artifact::{Container, write};
use crate::data::Dataset;

fn options() -> TrainOptions {
    let mut options = TrainOptions {
        batch: 64,
        epochs: 2,
        ..Default::default()
    };
    options.network.embedding = 4;
    options.network.hidden = vec![8, 4];
    options
}

fn resumed(data: &Arc<Dataset>, checkpoint: &[u8]) -> Trainer {
    Trainer::resume(
        Arc::clone(data),
        options(),
        &Device::flex(),
        "cpu",
        checkpoint,
    )
    .unwrap()
}

#[test]
fn the_time_of_a_run_is_that_before_its_checkpoint_too() {
    let data = data(300);
    let mut run = trainer(&data, &options());
    assert_eq!(run.seconds(), 0.0);
    run.set_seconds(12.5);
    let checkpoint = pollster::block_on(run.checkpoint()).unwrap();
    assert_eq!(resumed(&data, &checkpoint).seconds(), 12.5);

    // One of a version that did not say it, and one that says what no clock does.
    let container = Container::open(&checkpoint, KEY, "checkpoint").unwrap();
    for (said, seconds) in [(None, 0.0), (Some(-1.0), 0.0)] {
        let mut document: serde_json::Value = serde_json::from_str(&container.document).unwrap();
        match said {
            Some(said) => document["seconds"] = said.into(),
            None => {
                let _old = document.as_object_mut().unwrap().remove("seconds").unwrap();
            }
        }
        let bytes = write(KEY, document.to_string(), &container.read().unwrap()).unwrap();
        assert_eq!(resumed(&data, &bytes).seconds(), seconds);
    }
}

/// A gradient whose square is beyond f32 leaves an infinite moment, and the run goes on: so does its checkpoint.
#[test]
fn a_run_whose_moments_are_past_all_bounds_continues_as_it_would_have() {
    let data = data(300);
    let mut run = trainer(&data, &options());
    pollster::block_on(run.next_event()).unwrap();
    let checkpoint = pollster::block_on(run.checkpoint()).unwrap();
    let container = Container::open(&checkpoint, KEY, "checkpoint").unwrap();
    let mut tensors = container.read().unwrap();
    let kinds = ["adam.", "lazy."].map(|kind| {
        let mut all = tensors.iter_mut();
        let found = all.find(|(name, _)| name.starts_with(kind) && name.ends_with(".second"));
        let (name, moments) = found.unwrap();
        moments.data.fill(f32::INFINITY);
        name.clone()
    });
    let bytes_of = |tensors| write(KEY, container.document.clone(), tensors).unwrap();
    let mut first = resumed(&data, &bytes_of(&tensors));

    let again = pollster::block_on(first.checkpoint()).unwrap();
    let kept = Container::open(&again, KEY, "checkpoint").unwrap();
    for name in &kinds {
        assert!(kept.read().is_err(), "a model file has no such values");
        assert_eq!(kept.read_any().unwrap()[name], tensors[name]);
    }
    let mut second = resumed(&data, &again);
    assert_eq!(finish(&mut first), finish(&mut second));
    assert!(bytes(&first.model()) == bytes(&second.model()));
}
