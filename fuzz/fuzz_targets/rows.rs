//! Any bytes as a log, delimited or as objects: errors name their line, and every row has a score.
#![no_main]

#[path = "../../tests/common/models.rs"]
#[allow(dead_code)]
mod models;

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use mi_dpg::data::synth::Preset;
use mi_dpg::data::{OnBadRow, RawRows, RawStream, RowFormat, StreamOptions};
use mi_dpg::model::Method;
use mi_dpg::scorer::Scorer;

fn scorer() -> &'static Scorer {
    static SCORER: OnceLock<Scorer> = OnceLock::new();
    SCORER.get_or_init(|| {
        let data = models::data(Preset::Iaac);
        Scorer::new(models::artifact(&data, Method::Dnn, &[4], 1)).expect("a good model")
    })
}

fuzz_target!(|data: &[u8]| {
    let scorer = scorer();
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let format = if first & 1 == 0 { RowFormat::Delimited } else { RowFormat::Ndjson };
    // With the header that the model wants, or whatever stands there.
    let header = scorer.encoder().columns().join(" ") + "\n";
    let text = match (format, first & 2) {
        (RowFormat::Delimited, 0) => [header.as_bytes(), rest].concat(),
        _ => rest.to_vec(),
    };
    let options = StreamOptions {
        on_bad_row: if first & 4 == 0 { OnBadRow::Skip } else { OnBadRow::Fail },
        strict_scenarios: first & 8 != 0,
        ..Default::default()
    };
    let Ok((mut stream, mut encoder)) =
        RawStream::new(text.as_slice(), "log", format, scorer.encoder(), options)
    else {
        return;
    };
    let (mut rows, mut chunk) = (RawRows::default(), encoder.chunk());
    while let Ok(true) = stream.next(7, &mut rows) {
        if let Err(error) = encoder.encode(&rows, &mut chunk) {
            assert!(error.line().is_some(), "{error}");
            return;
        }
        let all: Vec<u32> = (0..chunk.rows() as u32).collect();
        assert_eq!(all.len(), rows.len());
        let scores = scorer.probabilities(&chunk.columns, &all);
        assert!(scores.iter().all(|p| (0.0..=1.0).contains(p)));
        let kept = encoder.kept(&rows, &["item_id".to_owned(), "x".to_owned()]);
        let kept = kept.into_iter().flatten().flatten();
        kept.for_each(|cell| drop((cell.text(), cell.json())));
    }
});
