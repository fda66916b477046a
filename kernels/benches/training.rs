//! What the modulated layer costs while it trains: `cargo bench -p mi-dpg-kernels --bench training`.
//!
//! Beside the time of a pass stands how many operations of the layer's products it does in a second, two for every
//! weight and product: one product forward, two backward.

use std::hint::black_box;
use std::time::Instant;

use mi_dpg_kernels::{InstructionSet, ModulatedLayer};

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
const ROWS: usize = 512;
const TURNS: usize = 101;

fn main() {
    println!(
        "{}, one thread, {ROWS} rows, medians of {TURNS} turns\n",
        InstructionSet::in_use().name()
    );
    println!("| layer | forward, ms | GFLOP/s | backward, ms | GFLOP/s |");
    println!("|---|---|---|---|---|");
    for (name, (dm, dr), (dn, dc)) in LAYERS {
        let numbers =
            |n: usize| -> Vec<f32> { (0..n).map(|i| (i % 17) as f32 / 17.0 - 0.4).collect() };
        let layer = ModulatedLayer::new((dm, dr), (dn, dc));
        let (weight, bias) = (numbers(dm * dn), numbers(dm));
        let (hidden, s) = (numbers(ROWS * dn), numbers(ROWS * dr * dc));
        let gradient = numbers(ROWS * dm);
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..TURNS {
            let start = Instant::now();
            let out = layer.forward(&hidden, &s, (&weight, &bias));
            times[0].push(start.elapsed().as_secs_f64());
            let start = Instant::now();
            black_box(layer.backward(&hidden, &s, &weight, &out, &gradient));
            times[1].push(start.elapsed().as_secs_f64());
        }
        let [forward, backward] = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        });
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
