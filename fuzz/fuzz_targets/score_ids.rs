//! Any numbers as ids: an error, or as many probabilities as rows.
#![no_main]

#[path = "../../tests/common/models.rs"]
#[allow(dead_code)]
mod models;

use std::sync::OnceLock;

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use mi_dpg::data::synth::Preset;
use mi_dpg::model::{Method, WeightingConfig};
use mi_dpg::scorer::{Ids, Scorer, Scratch};

fn scorer() -> &'static Scorer {
    static SCORER: OnceLock<Scorer> = OnceLock::new();
    SCORER.get_or_init(|| {
        let data = models::data(Preset::Iaac);
        let weighting = WeightingConfig::default();
        let file = models::artifact(&data, Method::Dpg { weighting }, &[8], 1);
        Scorer::new(file).expect("a good model")
    })
}

#[derive(Debug, Arbitrary)]
struct Given {
    ids: Vec<u16>,
    large: Vec<u32>,
    offsets: Vec<u8>,
    dense: Vec<f32>,
    rows: u8,
    any_rows: Option<usize>,
    /// Whether lengths are made to fit, so that more than the lengths is looked at.
    fitting: bool,
}

fuzz_target!(|given: Given| {
    let scorer = scorer();
    let fields = scorer.encoder().fields();
    let count = |kind| fields.iter().filter(|field| field.kind() == kind).count();
    let mut ids: Vec<u32> = given.ids.iter().map(|id| u32::from(*id)).collect();
    ids.extend(&given.large);
    let mut offsets: Vec<u32> = given.offsets.iter().map(|o| u32::from(*o)).collect();
    let mut dense = given.dense.clone();
    let mut rows = usize::from(given.rows);
    if given.fitting {
        use mi_dpg::schema::InputKind::{Bag, Dense, Id};
        rows %= 40;
        ids.resize((rows * count(Id)).max(ids.len()), 0);
        offsets.resize((rows + 1) * count(Bag), 0);
        offsets.chunks_mut(rows + 1).for_each(|bag| bag.sort_unstable());
        offsets.chunks_mut(rows + 1).for_each(|bag| bag[0] = 0);
        dense.resize(rows * count(Dense), f32::NAN);
    } else if let Some(any) = given.any_rows {
        rows = any;
    }
    let mut out = vec![0.0; rows.min(ids.len())];
    let given = Ids {
        ids: &ids,
        offsets: &offsets,
        dense: &dense,
        rows,
    };
    if scorer.score_ids(given, &mut out, &mut Scratch::default()).is_ok() {
        assert_eq!(out.len(), rows);
        let _ = scorer.weighting_ids(given);
    }
});
