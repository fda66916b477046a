//! What layers cost while they train: `cargo bench -p mi-dpg-kernels --bench training`.
//!
//! Beside the time of a pass stands how many operations of the layer's products it does in a second, two for every
//! weight and product: one product forward, two backward. A dense layer's weights are packed anew in every pass.

use std::hint::black_box;
use std::time::Instant;

use mi_dpg_kernels::{
    Activation, Dense, InstructionSet, ModulatedLayer, Rows, input_gradient, weight_gradient,
};

type Axis = (usize, usize);

/// (d_m, d_r), (d_n, d_c) of the hidden layers of networks D and P.
const LAYERS: [(&str, Axis, Axis); 6] = [
    ("D: 160 → 128", (128, 16), (160, 20)),
    ("D: 128 → 64", (64, 8), (128, 16)),
    ("D: 64 → 32", (32, 4), (64, 8)),
    ("P: 96 → 128", (128, 32), (96, 3)),
    ("P: 128 → 64", (64, 16), (128, 4)),
    ("P: 64 → 32", (32, 8), (64, 2)),
];
/// d_m, d_n of dense layers: two of D, a generator's, PLE's experts of ten scenarios and a shared one, and the generator
/// of variant non.
const DENSE: [(&str, usize, usize); 5] = [
    ("D: 160 → 128", 128, 160),
    ("128 → 64", 64, 128),
    ("generator: 16 → 64", 64, 16),
    ("experts: 96 → 11 × 128", 1408, 96),
    ("generator of S: 16 → 96 · 128", 12288, 16),
];
const ROWS: usize = 512;
const TURNS: usize = 101;

fn main() {
    modulated();
    dense();
}

fn numbers(n: usize) -> Vec<f32> {
    (0..n).map(|i| (i % 17) as f32 / 17.0 - 0.4).collect()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn dense() {
    println!("\n| dense layer | forward, GFLOP/s | dx | dW |");
    println!("|---|---|---|---|");
    for (name, dm, dn) in DENSE {
        let (weight, bias) = (numbers(dm * dn), numbers(dm));
        let (input, gradient) = (numbers(ROWS * dn), numbers(ROWS * dm));
        let (mut y, mut dx, mut dw) = (gradient.clone(), input.clone(), weight.clone());
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..TURNS {
            let start = Instant::now();
            Dense::new((dm, dn), &weight, &bias).forward(
                Rows::new(&input, dn),
                Activation::Relu,
                black_box(&mut y),
            );
            times[0].push(start.elapsed().as_secs_f64());
            let start = Instant::now();
            input_gradient((dm, dn), &gradient, &weight, black_box(&mut dx));
            times[1].push(start.elapsed().as_secs_f64());
            let start = Instant::now();
            weight_gradient((dm, dn), &gradient, &input, black_box(&mut dw));
            times[2].push(start.elapsed().as_secs_f64());
        }
        let operations = (2 * dm * dn * ROWS) as f64 / 1e9;
        let [y, dx, dw] = times.map(|times| operations / median(times));
        println!("| {name} | {y:.1} | {dx:.1} | {dw:.1} |");
    }
}

fn modulated() {
    println!(
        "{}, one thread, {ROWS} rows, medians of {TURNS} turns\n",
        InstructionSet::in_use().name()
    );
    println!("| layer | forward, ms | GFLOP/s | backward, ms | GFLOP/s |");
    println!("|---|---|---|---|---|");
    for (name, (dm, dr), (dn, dc)) in LAYERS {
        let layer = ModulatedLayer::new((dm, dr), (dn, dc));
        let (weight, bias) = (numbers(dm * dn), numbers(dm));
        let (hidden, s) = (numbers(ROWS * dn), numbers(ROWS * dr * dc));
        let gradient = numbers(ROWS * dm);
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..TURNS {
            let start = Instant::now();
            let (out, kept) = layer.forward_keeping(&hidden, &s, (&weight, &bias));
            times[0].push(start.elapsed().as_secs_f64());
            let start = Instant::now();
            let given = (&*hidden, &*s);
            black_box(layer.backward(given, &weight, (&out, &gradient), kept.as_deref()));
            times[1].push(start.elapsed().as_secs_f64());
        }
        let [forward, backward] = times.map(median);
        let operations = (2 * dm * dn * ROWS) as f64 / 1e9;
        println!(
            "| {name} | {:.3} | {:.1} | {:.3} | {:.1} |",
            forward * 1e3,
            operations / forward,
            backward * 1e3,
            2.0 * operations / backward
        );
    }
}
