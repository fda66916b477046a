//! Kernels and whole scorers give the same on every instruction set, within what rounding does.

#![cfg(not(any(target_arch = "wasm32", miri)))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

#[path = "common/instruction_sets.rs"]
mod instruction_sets;
#[path = "common/models.rs"]
mod models;

use std::collections::BTreeMap;
use std::path::Path;

use mi_dpg::data::synth::Preset;
use mi_dpg::kernels::panel::{self, Factor, Modulated};
use mi_dpg::kernels::{
    Activation, Dense, Gate, InstructionSet, ModulatedLayer, PackedLayer, Rows, Unusable, sigmoid,
    sigmoid_gradient,
};
use mi_dpg::random::Stream;
use mi_dpg::scorer::{Scorer, Scratch};
use models::{artifact, data, methods};

const OUT: &str = "MIDPG_TEST_OUT";

/// Values by what they are.
type Results = BTreeMap<String, Vec<f32>>;

/// Every kernel, forward and backward, on sizes that fit no vector and on some that do.
fn kernels() -> Results {
    let mut out = Results::new();
    let shapes = [
        (1, (1, 1), (1, 1)),
        (3, (5, 2), (7, 3)),
        (8, (16, 4), (32, 8)),
        (5, (37, 5), (19, 4)),
        (33, (64, 8), (40, 5)),
        (70, (31, 31), (23, 1)),
    ];
    for (n, (rows, (dm, dr), (dn, dc))) in shapes.into_iter().enumerate() {
        let random = &mut Stream::new(n as u64, "instruction sets");
        let (hidden, before) = (random.normal(rows * dn, 0.5), random.normal(rows * dm, 0.5));
        let (weight, bias) = (random.normal(dm * dn, 0.3), random.normal(dm, 0.5));
        let s = random.uniform(rows * dr * dc, 2.0);
        let gradient = random.normal(rows * dm, 0.5);
        let mut put = |name: &str, values: Vec<f32>| out.insert(format!("{n} {name}"), values);

        let dense = Dense::new((dm, dn), &weight, &bias);
        let panels = panel::Dense::new((dm, dn), &weight, &bias);
        for activation in [
            Activation::Linear,
            Activation::Relu,
            Activation::Sigmoid(2.0),
        ] {
            let mut y = vec![0.0; rows * dm];
            dense.forward(Rows::new(&hidden, dn), activation, &mut y);
            put(&format!("dense {activation:?}"), y);
            let mut y = before.clone();
            dense.forward_onto(Rows::new(&hidden, dn), activation, &mut y);
            put(&format!("dense onto {activation:?}"), y);
            let y = by_panel(&[(&hidden, dn)], rows, dm, |x, y| {
                panels.forward(x[0], activation, y);
            });
            put(&format!("panel dense {activation:?}"), y);
            let y = by_panel(&[(&hidden, dn), (&before, dm)], rows, dm, |x, y| {
                y.copy_from_slice(x[1]);
                panels.forward_onto(x[0], activation, y);
            });
            put(&format!("panel dense onto {activation:?}"), y);
        }

        let layer = ModulatedLayer::new((dm, dr), (dn, dc));
        let mut y = layer.forward(&hidden, &s, (&weight, &bias));
        put("modulated", y.clone());
        // Where ReLU bends, rounding would decide about a gradient.
        y.iter_mut().filter(|y| **y < 1e-4).for_each(|y| *y = 0.0);
        let (_, kept) = layer.forward_keeping(&hidden, &s, (&weight, &bias));
        for (kept, how) in [(None, "made anew"), (kept.as_deref(), "kept")] {
            let given = (&*hidden, &*s);
            let gradients = layer.backward(given, &weight, (&y, &gradient), kept);
            put(&format!("modulated dh, sums {how}"), gradients.hidden);
            put(&format!("modulated ds, sums {how}"), gradients.s);
            put(&format!("modulated dW, sums {how}"), gradients.weight);
            put(&format!("modulated db, sums {how}"), gradients.bias);
        }
        let packed = PackedLayer::new(layer, &weight, &bias);
        let mut y = vec![0.0; rows * dm];
        packed.forward(&hidden, &s, &mut y, &mut Vec::new());
        put("modulated packed", y);
        let modulated = Modulated::new((dm, dr), (dn, dc), &weight, &bias);
        let y = by_panel(&[(&hidden, dn), (&s, dr * dc)], rows, dm, |x, y| {
            modulated.forward(x[0], x[1], y);
        });
        put("panel modulated", y);

        let dk = 1 + n % 3;
        let gate = Gate {
            dr,
            dc,
            dk,
            scale: 2.0,
        };
        let (left, right) = (
            random.normal(rows * dr * dk, 0.7),
            random.normal(rows * dk * dc, 0.7),
        );
        let ds = random.normal(rows * dr * dc, 0.5);
        for (name, left, right) in [
            ("gate", &left[..], &right[..]),
            ("gate, R shared", &left[..dr * dk], &right[..]),
            ("gate, C shared", &left[..], &right[..dk * dc]),
        ] {
            let s = gate.forward(rows, left, right);
            let (d_left, d_right) = gate.backward(rows, (left, right), &s, &ds);
            put(name, s);
            put(&format!("{name}, dR"), d_left);
            put(&format!("{name}, dC"), d_right);
        }
        let s = by_panel(
            &[(&left, dr * dk), (&right, dk * dc)],
            rows,
            dr * dc,
            |x, s| {
                gate.forward_panel(Factor::Rows(x[0]), Factor::Rows(x[1]), s);
            },
        );
        put("panel gate", s);
        let shared = &left[..dr * dk];
        let s = by_panel(&[(&right, dk * dc)], rows, dr * dc, |x, s| {
            gate.forward_panel(Factor::Shared(shared), Factor::Rows(x[0]), s);
        });
        put("panel gate, R shared", s);

        let mut y = hidden.iter().map(|x| x * 40.0).collect::<Vec<_>>();
        sigmoid(&mut y, 1.0);
        put("sigmoid gradient", sigmoid_gradient(&y, &hidden, 1.0));
        put("sigmoid", y);
    }
    out
}

/// Rows of some inputs through panels as wide as the set in use has them.
fn by_panel(
    inputs: &[(&[f32], usize)],
    rows: usize,
    outputs: usize,
    work: impl Fn(&[&[f32]], &mut [f32]),
) -> Vec<f32> {
    let width = panel::width();
    let mut all = Vec::new();
    for start in (0..rows).step_by(width) {
        let rows = width.min(rows - start);
        let panels: Vec<Vec<f32>> = inputs
            .iter()
            .map(|(values, columns)| {
                let mut panel = vec![0.0; columns * width];
                let values = &values[start * columns..][..rows * columns];
                panel::load(values, *columns, width, &mut panel);
                panel
            })
            .collect();
        let mut out = vec![0.0; outputs * width];
        work(
            &panels.iter().map(|panel| &panel[..]).collect::<Vec<_>>(),
            &mut out,
        );
        all.extend((0..rows * outputs).map(|i| out[i % outputs * width + i / outputs]));
    }
    all
}

/// Probabilities and matrices of every method in all its settings.
fn scorers() -> Results {
    let mut out = Results::new();
    for (preset, hidden) in [(Preset::Amazon, [24, 16, 8]), (Preset::Iaac, [13, 7, 5])] {
        let data = data(preset);
        let rows: Vec<u32> = (0..data.columns.rows as u32).collect();
        for (n, method) in methods().into_iter().enumerate() {
            let name = format!("{preset:?} {n} {}", method.name());
            let scorer = Scorer::new(artifact(&data, method, &hidden, 7)).unwrap();
            let mut scratch = Scratch::default();
            let mut many = vec![0.0; rows.len()];
            scorer.score(&data.columns, &rows, &mut many, &mut scratch);
            // Few rows go another way, and must give the same bits on this set, whichever it is.
            for (rows, many) in rows.chunks(3).zip(many.chunks(3)).take(20) {
                let mut few = vec![0.0; rows.len()];
                scorer.score(&data.columns, rows, &mut few, &mut scratch);
                assert_eq!(few, many, "{name} on {}", InstructionSet::in_use().name());
            }
            out.insert(name.clone(), many);
            for (l, s) in scorer
                .weighting(&data.columns, &rows[..50])
                .into_iter()
                .enumerate()
            {
                out.insert(format!("{name}, s of layer {l}"), s);
            }
        }
    }
    out
}

fn write(results: &Results) {
    let Ok(path) = std::env::var(OUT) else {
        return;
    };
    std::fs::write(path, serde_json::to_vec(results).unwrap()).unwrap();
}

#[test]
#[ignore = "run by every_kernel_agrees, once for each instruction set"]
fn write_kernels() {
    instruction_sets::take_asked();
    write(&kernels());
}

#[test]
#[ignore = "run by every_scorer_agrees, once for each instruction set"]
fn write_scorers() {
    instruction_sets::take_asked();
    write(&scorers());
}

/// Runs a test that writes on every set, and compares with what it writes without vectors.
fn agree(test: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = |set: InstructionSet| folder.path().join(set.name());
    let read =
        |path: &Path| -> Results { serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap() };
    let sets = instruction_sets::each(&["--exact", test, "--ignored"], |set, command| {
        command.env(OUT, file(set));
    });
    assert_eq!(
        sets[0],
        InstructionSet::Scalar,
        "the tests are built with it"
    );
    let expected = read(&file(sets[0]));
    assert!(!expected.is_empty());
    for set in &sets[1..] {
        let got = read(&file(*set));
        assert_eq!(got.len(), expected.len());
        let mut most: f32 = 0.0;
        for ((name, got), (_, expected)) in got.iter().zip(&expected) {
            assert_eq!(got.len(), expected.len(), "{name}");
            // APG multiplies generated matrices; with random ones its logits run to hundreds, and their rounding with them.
            let limit = if name.contains(" apg") { 1e-4 } else { 1e-5 };
            for (place, (got, expected)) in got.iter().zip(expected).enumerate() {
                let apart = (got - expected).abs() / expected.abs().max(1.0);
                let set = set.name();
                assert!(apart <= limit, "{name}[{place}] on {set}: {got} {expected}");
                most = most.max(apart);
            }
        }
        println!(
            "{test}: {} is at most {most:e} from scalar, in {} results",
            set.name(),
            got.len()
        );
    }
}

#[test]
fn every_kernel_agrees() {
    agree("write_kernels");
}

#[test]
fn every_scorer_agrees() {
    agree("write_scorers");
}

#[test]
fn a_set_is_chosen_once_and_only_where_there_is_one() {
    let now = InstructionSet::in_use();
    assert!(InstructionSet::available().any(|set| set == now));
    now.choose().unwrap();
    let other = InstructionSet::available().find(|set| *set != now).unwrap();
    assert_eq!(other.choose(), Err(Unusable::InUse(now)));
    let foreign = InstructionSet::Simd128.choose().unwrap_err();
    assert_eq!(foreign, Unusable::Unavailable(InstructionSet::Simd128));
    assert!(foreign.to_string().contains("simd128"), "{foreign}");
}
