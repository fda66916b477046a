//! Any bytes as a model file: an error, or a scorer that scores.
#![no_main]

#[path = "../../tests/common/models.rs"]
#[allow(dead_code)]
mod models;

use std::sync::OnceLock;

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target, fuzzer_mutate};
use mi_dpg::artifact::Artifact;
use mi_dpg::data::synth::Preset;
use mi_dpg::scorer::Scorer;

/// Files of every method, in both forms: where mutations start from.
fn files() -> &'static [Vec<u8>] {
    static FILES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    FILES.get_or_init(|| {
        let data = models::data(Preset::Ads);
        let files = models::methods().into_iter().flat_map(|method| {
            let file: Artifact = models::artifact(&data, method, &[6, 5, 4], 1);
            [file.to_bytes(), file.to_quantised_bytes()]
        });
        files.map(|bytes| bytes.expect("a good model")).collect()
    })
}

// A random file is none of ours: most mutations change a good one.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let file = &files()[seed as usize % files().len()];
    if seed.is_multiple_of(4) && file.len() <= max_size {
        data[..file.len()].copy_from_slice(file);
        return fuzzer_mutate(data, file.len(), max_size);
    }
    fuzzer_mutate(data, size, max_size)
});

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(scorer) = Scorer::load(data) else {
        return Corpus::Keep;
    };
    let encoder = scorer.encoder();
    let mut rows = encoder.bind(&encoder.columns()).expect("its own columns");
    let mut columns = rows.columns();
    rows.push_missing(&mut columns);
    let got = scorer.probabilities(&columns, &[0]);
    assert_eq!(got.len(), 1);
    let _ = scorer.weighting(&columns, &[0]);
    Corpus::Keep
});
