//! How much of this machine's arithmetic the kernels reach: `cargo bench -p mi-dpg-kernels --bench roofline`.
//!
//! The peak is what multiplications and additions reach that touch registers alone, in the tile of the kernels (four by
//! two vectors), measured in turn with them. A product counts two operations for every weight; what a modulated layer
//! does besides (s times the sums of the blocks) is not counted.

use std::hint::black_box;
use std::time::Instant;

use fearless_simd::{Level, Simd, dispatch, prelude::*};
use mi_dpg_kernels::{Activation, Dense, InstructionSet, ModulatedLayer, PackedLayer, Rows, panel};

type Axis = (usize, usize);

/// The first hidden layer of networks D and P: (d_m, d_r), (d_n, d_c).
const LAYERS: [(&str, Axis, Axis); 2] = [
    ("D: 160 → 128", (128, 16), (160, 20)),
    ("P: 96 → 128", (128, 32), (96, 3)),
];
const ROWS: [usize; 4] = [1, 16, 128, 512];
const TURNS: usize = 31;
/// Seconds of a measurement.
const LONG: f64 = 2e-3;

fn main() {
    println!(
        "{}, one thread, medians of {TURNS} turns\n",
        InstructionSet::in_use().name()
    );
    println!("| kernel | layer | rows | GFLOP/s | of the peak |");
    println!("|---|---|---|---|---|");
    for (name, outputs, inputs) in LAYERS {
        for rows in ROWS {
            let mut kernels = kernels(outputs, inputs, rows);
            let operations = (2 * outputs.0 * inputs.0 * rows) as f64;
            let mut rates = vec![Vec::new(); kernels.len() + 1];
            for _ in 0..TURNS {
                rates[0].push(peak());
                for ((_, run), rates) in kernels.iter_mut().zip(&mut rates[1..]) {
                    rates.push(operations / seconds(run) / 1e9);
                }
            }
            let medians: Vec<f64> = rates.into_iter().map(median).collect();
            for ((kernel, _), rate) in kernels.iter().zip(&medians[1..]) {
                let share = 100.0 * rate / medians[0];
                println!("| {kernel} | {name} | {rows} | {rate:.1} | {share:.0} % |");
            }
        }
    }
    let peaks: Vec<f64> = (0..TURNS).map(|_| peak()).collect();
    println!("| registers alone | | | {:.1} | 100 % |", median(peaks));
}

type Kernel = (&'static str, Box<dyn FnMut()>);

/// The ways a layer can be gone through.
fn kernels((dm, dr): (usize, usize), (dn, dc): (usize, usize), rows: usize) -> Vec<Kernel> {
    let numbers = |n: usize| -> Vec<f32> { (0..n).map(|i| (i % 17) as f32 / 17.0 - 0.4).collect() };
    let (weight, bias) = (numbers(dm * dn), numbers(dm));
    let (hidden, s) = (numbers(rows * dn), numbers(rows * dr * dc));
    let mut out = vec![0.0; rows * dm];
    let dense = Dense::new((dm, dn), &weight, &bias);
    let by_row: Kernel = ("dense, outputs in the lanes", {
        let (hidden, mut out) = (hidden.clone(), out.clone());
        Box::new(move || {
            dense.forward(Rows::new(&hidden, dn), Activation::Relu, &mut out);
            black_box(&out);
        })
    });
    let layer = PackedLayer::new(ModulatedLayer::new((dm, dr), (dn, dc)), &weight, &bias);
    let modulated: Kernel = ("modulated, outputs in the lanes", {
        let (hidden, s, mut scratch) = (hidden.clone(), s.clone(), Vec::new());
        Box::new(move || {
            layer.forward(&hidden, &s, &mut out, &mut scratch);
            black_box(&out);
        })
    });
    let width = panel::width();
    if rows < width {
        return vec![by_row, modulated];
    }
    let load = |rows: &[f32], columns: usize| -> Vec<Vec<f32>> {
        let panels = rows.chunks(columns * width);
        panels
            .map(|rows| {
                let mut panel = vec![0.0; columns * width];
                panel::load(rows, columns, width, &mut panel);
                panel
            })
            .collect()
    };
    let (hidden, s) = (load(&hidden, dn), load(&s, dr * dc));
    let dense = panel::Dense::new((dm, dn), &weight, &bias);
    let in_lanes: Kernel = ("dense, rows in the lanes", {
        let (hidden, mut out) = (hidden.clone(), vec![0.0; dm * width]);
        Box::new(move || {
            for hidden in &hidden {
                dense.forward(hidden, Activation::Relu, &mut out);
                black_box(&out);
            }
        })
    });
    let layer = panel::Modulated::new((dm, dr), (dn, dc), &weight, &bias);
    let mut out = vec![0.0; dm * width];
    let modulated_in_lanes: Kernel = (
        "modulated, rows in the lanes",
        Box::new(move || {
            for (hidden, s) in hidden.iter().zip(&s) {
                layer.forward(hidden, s, &mut out);
                black_box(&out);
            }
        }),
    );
    vec![by_row, modulated, in_lanes, modulated_in_lanes]
}

/// Seconds of one call, over enough calls to be measured.
fn seconds(run: &mut dyn FnMut()) -> f64 {
    let mut calls = 1;
    loop {
        let began = Instant::now();
        for _ in 0..calls {
            run();
        }
        let took = began.elapsed().as_secs_f64();
        if took >= LONG {
            return took / f64::from(calls);
        }
        calls *= 2;
    }
}

/// 10⁹ operations a second in registers.
fn peak() -> f64 {
    const STEPS: usize = 100_000;
    let level = Level::new();
    let began = Instant::now();
    let lanes = dispatch!(level, simd => registers(simd, STEPS));
    (2 * 8 * lanes * STEPS) as f64 / began.elapsed().as_secs_f64() / 1e9
}

#[inline(always)]
fn registers<S: Simd>(simd: S, steps: usize) -> usize {
    simd.vectorize(
        #[inline(always)]
        || {
            let a = S::f32s::splat(simd, black_box(0.999_9));
            let b = S::f32s::splat(simd, black_box(1e-4));
            let mut sums = [S::f32s::splat(simd, black_box(1.0)); 8];
            for _ in 0..steps {
                for sum in &mut sums {
                    *sum = sum.mul_add(a, b);
                }
            }
            black_box(sums);
            S::f32s::LEN
        },
    )
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
