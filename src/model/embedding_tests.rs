use super::*;
use crate::data::synth::{Effect, Preset, SynthOptions, dataset};

const DROP: f32 = 0.3;

/// Ids of a field, before and after ids were dropped.
type Pairs = Vec<(u32, u32)>;

/// The ids that 2,000 rows use, field by field; with bags and dense fields among them.
fn dropped(drop: f32) -> (Embeddings, Vec<Pairs>, [Gathered; 2]) {
    let data = dataset(&SynthOptions {
        preset: Preset::Iaac,
        rows: 2000,
        seed: 3,
        effect: Effect::Modulated,
        truth: false,
    })
    .unwrap();
    let embeddings = Embeddings::init(data.encoder.fields(), 2, 0.5, 1);
    let rows: Vec<u32> = (0..2000).collect();
    let (mut all, mut some) = (Gathered::default(), Gathered::default());
    embeddings.gather(&data.columns, &rows, &mut all);
    let mut random = Stream::new(1, "dropout");
    embeddings.gather_dropping(&data.columns, &rows, drop, &mut random, &mut some);
    let pairs = all.uses.iter().zip(&some.uses).map(|(all, some)| {
        assert_eq!(all.len(), some.len());
        all.iter().zip(some).map(|(a, b)| (a.id, b.id)).collect()
    });
    let pairs = pairs.collect();
    (embeddings, pairs, [all, some])
}

#[test]
fn ids_are_dropped_at_the_rate_that_was_asked_for_and_those_of_the_scenario_never() {
    let (embeddings, fields, _) = dropped(DROP);
    let layout = embeddings.layout();
    let (mut aware, mut agnostic) = (0, 0);
    for (field, pairs) in fields.iter().enumerate() {
        if pairs.is_empty() {
            continue; // Dense.
        }
        assert!(pairs.iter().all(|&(was, is)| is == was || is == UNKNOWN));
        if layout.spans[field].start < layout.aware {
            assert!(pairs.iter().all(|(was, is)| was == is), "field {field}");
            aware += 1;
            continue;
        }
        agnostic += 1;
        let known = pairs.iter().filter(|(was, _)| *was != UNKNOWN);
        let gone = known.clone().filter(|(_, is)| *is == UNKNOWN).count();
        let share = gone as f32 / known.count() as f32;
        // Of 2,000 ids three standard deviations are 0.031.
        assert!((share - DROP).abs() < 0.06, "field {field}: {share}");
    }
    assert!(aware > 0 && agnostic > 3, "{aware} {agnostic}");
}

#[test]
fn what_is_dropped_is_looked_up_as_an_unknown_value() {
    let (embeddings, fields, [all, some]) = dropped(DROP);
    let (layout, dim) = (embeddings.layout(), embeddings.dim);
    let mut seen = 0;
    for (field, pairs) in fields.iter().enumerate() {
        // Fields of one id a row: of a bag all items are summed.
        let Some(table) = embeddings.tables[field]
            .as_ref()
            .filter(|_| pairs.len() == 2000)
        else {
            continue;
        };
        for (row, &(_, is)) in pairs.iter().enumerate() {
            let place = row * layout.width + layout.spans[field].start;
            let got = &some.input[place..][..dim];
            assert_eq!(got, &table[is as usize * dim..][..dim]);
            seen += usize::from(got != &all.input[place..][..dim]);
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn without_dropout_training_sees_what_scoring_sees() {
    let (_, fields, [all, some]) = dropped(0.0);
    assert!(fields.iter().flatten().all(|(was, is)| was == is));
    assert_eq!(all.input, some.input);
}
