use super::super::read_back::{ReadBack, read};
use super::*;
use crate::data::synth::{Effect, Preset, SynthOptions, dataset};
use crate::model::{Embeddings, MethodName, MethodSettings, NetworkConfig};
use crate::random::Stream;
use burn::tensor::Device;

#[test]
fn shards_are_even_and_cover_the_batch() {
    let ends = |rows, whole| -> Vec<(usize, usize)> {
        let shards = shards(rows, whole).into_iter();
        shards.map(|shard| (shard.start, shard.end)).collect()
    };
    assert_eq!(ends(512, false), [(0, 256), (256, 512)]);
    assert_eq!(ends(512, true), [(0, 512)]);
    assert_eq!(ends(256, false), [(0, 256)]);
    assert_eq!(ends(257, false), [(0, 128), (128, 257)]);
    assert_eq!(ends(0, false), [(0, 0)]);
}

/// Losses and gradients of a batch of 600 rows, in one piece and in the shards of a batch that large.
fn both_ways(method: MethodName) -> [ReadBack; 2] {
    let data = dataset(&SynthOptions {
        preset: Preset::Ads,
        rows: 600,
        seed: 3,
        effect: Effect::Modulated,
        truth: false,
    })
    .unwrap();
    let config = NetworkConfig {
        embedding: 4,
        hidden: vec![16, 8, 4],
        method: MethodSettings::default().method(method),
    };
    let embeddings = Embeddings::init(data.encoder.fields(), 4, 0.5, 1);
    let layout = embeddings.layout();
    let device = Device::flex().autodiff();
    let network = Network::init(&config, layout, &mut Stream::new(1, "network"), &device);
    let rows: Vec<u32> = (0..600).collect();
    let mut gathered = Default::default();
    embeddings.gather(&data.columns, &rows, &mut gathered);
    let order = Stream::new(1, "permutation").permutation(600);
    let batch = HostBatch {
        input: &gathered.input,
        width: layout.width,
        aware: layout.aware,
        labels: &data.columns.labels_of(&rows).unwrap(),
        scenario: &data.columns.scenario,
        negatives: (method == MethodName::MiDpg).then_some((&order[..], 0.7)),
        progress: 0.5,
    };
    [true, false].map(|whole| {
        let whole = whole || network.sees_the_whole_batch();
        let shards: Vec<_> = shards(600, whole)
            .into_iter()
            .map(|shard| {
                let leaves = batch.leaves(&shard, &device);
                differentiate(&network, &batch, shard, leaves, &device).unwrap()
            })
            .collect();
        pollster::block_on(read(shards, &batch)).unwrap()
    })
}

#[test]
fn shards_add_up_to_the_batch_for_every_method() {
    use MethodName::{Adasparse, Apg, Dnn, Dpg, MiDpg, Pepnet, Ple, Star};
    for method in [Dnn, Ple, Star, Pepnet, Adasparse, Apg, Dpg, MiDpg] {
        let [whole, sharded] = both_ways(method);
        let near = |name: &str, a: &[f32], b: &[f32]| {
            assert_eq!(a.len(), b.len(), "{method:?} {name}");
            let scale = a.iter().fold(1e-3_f32, |most, x| most.max(x.abs()));
            for (a, b) in a.iter().zip(b) {
                assert!((a - b).abs() < 1e-4 * scale, "{method:?} {name}: {a} {b}");
            }
        };
        let losses = |back: &ReadBack| {
            let losses = back.losses;
            [losses.loss, losses.bce, losses.mi.unwrap_or(0.0)]
        };
        near("losses", &losses(&whole), &losses(&sharded));
        near("input", &whole.input, &sharded.input);
        assert!(
            whole.parameters.keys().eq(sharded.parameters.keys()),
            "{method:?}"
        );
        for (name, gradient) in &whole.parameters {
            near(name, gradient, &sharded.parameters[name]);
        }
    }
}
