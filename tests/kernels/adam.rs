//! Adam against its equations in f64.

use mi_dpg::kernels::Adam;
use mi_dpg::random::Stream;
use proptest::prelude::*;

use super::{CASES, WIDTH, instruction_sets};

const ADAM: Adam = Adam {
    keep1: 0.9,
    take1: 0.1,
    keep2: 0.999,
    take2: 0.001,
    eps: 1e-8,
    step_size: 0.01,
};

/// w, m, v after a step from f32 values, in f64.
fn stepped(w: f32, m: f32, v: f32, g: f32) -> [f64; 3] {
    let [w, m, v, g] = [w, m, v, g].map(f64::from);
    let m = f64::from(ADAM.keep1) * m + f64::from(ADAM.take1) * g;
    let v = f64::from(ADAM.keep2) * v + f64::from(ADAM.take2) * g * g;
    let w = w - f64::from(ADAM.step_size) * m / (v.sqrt() + f64::from(ADAM.eps));
    [w, m, v]
}

/// Sums of numbers around 1 may cancel.
fn near(got: f32, expected: f64) -> bool {
    (f64::from(got) - expected).abs() <= 1e-6 * (0.1 + expected.abs())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn a_step_is_that_of_f64_and_rows_take_the_same_one(
        rows in 0_usize..8, dim in 1..WIDTH, seed in 0_u64..1000,
    ) {
        instruction_sets::take_asked();
        let size = rows * dim;
        let mut random = Stream::new(seed, "adam");
        let (before, gradient) = (random.normal(size, 1.0), random.normal(size, 1.0));
        let (first, second) = (random.normal(size, 0.1), random.uniform(size, 0.1));
        let second: Vec<f32> = second.into_iter().map(f32::abs).collect();
        let all = || (before.clone(), first.clone(), second.clone());

        let (mut w, mut m, mut v) = all();
        ADAM.step(&mut w, &mut m, &mut v, &gradient);
        for i in 0..size {
            let [ew, em, ev] = stepped(before[i], first[i], second[i], gradient[i]);
            prop_assert!(near(w[i], ew) && near(m[i], em) && near(v[i], ev), "{i}");
        }

        // Every other row, last to first; the others stay.
        let some: Vec<u32> = (0..rows as u32).rev().step_by(2).collect();
        let of = |row: u32| row as usize * dim..(row as usize + 1) * dim;
        let gradients: Vec<f32> = some.iter().flat_map(|&row| &gradient[of(row)]).copied().collect();
        let mut got = all();
        ADAM.step_rows((&mut got.0, dim), &mut got.1, &mut got.2, &some, &gradients);
        for row in 0..rows as u32 {
            let span = of(row);
            let (ew, em, ev) = match some.contains(&row) {
                true => (&w, &m, &v),
                false => (&before, &first, &second),
            };
            prop_assert_eq!(&got.0[span.clone()], &ew[span.clone()]);
            prop_assert_eq!(&got.1[span.clone()], &em[span.clone()]);
            prop_assert_eq!(&got.2[span.clone()], &ev[span]);
        }
    }
}
