//! Rows in the lanes of a vector against rows one by one.

use mi_dpg::kernels::panel::{self, Factor, Modulated};
use mi_dpg::kernels::{Activation, Dense, Gate, PackedLayer, Rows};
use mi_dpg::random::Stream;
use proptest::prelude::*;

use super::{CASES, Case, ROWS, WIDTH, instruction_sets};

/// A panel with `rows` of `columns` numbers in its first lanes.
fn loaded(rows: &[f32], columns: usize) -> Vec<f32> {
    let mut panel = vec![0.0; columns * panel::width()];
    panel::load(rows, columns, panel::width(), &mut panel);
    panel
}

fn unload(panel: &[f32], columns: usize, rows: usize) -> Vec<f32> {
    let mut out = vec![0.0; rows * columns];
    panel::unload(panel, columns, panel::width(), &mut out);
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn a_panel_holds_number_j_of_row_i_in_lane_i_of_line_j(
        (width, rows) in (1_usize..70).prop_flat_map(|width| (Just(width), 0..=width)), columns in 1..WIDTH, more in 0_usize..3,
    ) {
        instruction_sets::take_asked();
        let values: Vec<f32> = (0..rows * columns).map(|i| i as f32).collect();
        let mut panel = vec![-1.0; (columns + more) * width];
        panel::load(&values, columns, width, &mut panel);
        for (place, &got) in panel.iter().enumerate() {
            let (j, i) = (place / width, place % width);
            if i < rows && j < columns {
                prop_assert_eq!(got, values[i * columns + j]);
            } else if j >= columns {
                prop_assert_eq!(got, -1.0, "behind the columns nothing is written");
            }
        }
        let mut back = vec![0.0; values.len()];
        panel::unload(&panel, columns, width, &mut back);
        prop_assert_eq!(back, values);
    }

    #[test]
    fn rows_in_lanes_give_the_bits_of_rows_one_by_one(
        rows in 1_usize..ROWS, dm in 1_usize..21, dr in 1_usize..6, dn in 1_usize..21, dc in 1_usize..6, dk in 1_usize..4,
        seed in 0_u64..1000,
    ) {
        instruction_sets::take_asked();
        let (rows, dr, dc) = (rows.min(panel::width()), dr.min(dm), dc.min(dn));
        let case = Case::new(rows, (dm, dr), (dn, dc), seed);
        let random = &mut Stream::new(seed, "panel");
        let h = loaded(&case.hidden, dn);

        // The dense layer, onto what is there.
        let before = random.normal(rows * dm, 1.0);
        let mut expected = before.clone();
        let activation = [Activation::Linear, Activation::Relu, Activation::Sigmoid(2.0)][seed as usize % 3];
        Dense::new((dm, dn), &case.weight, &case.bias)
            .forward_onto(Rows::new(&case.hidden, dn), activation, &mut expected);
        let mut out = loaded(&before, dm);
        panel::Dense::new((dm, dn), &case.weight, &case.bias).forward_onto(&h, activation, &mut out);
        prop_assert_eq!(unload(&out, dm, rows), expected);

        // s from its factors, either of which may be shared.
        let gate = Gate { dr, dc, dk, scale: 2.0 };
        let (left, right) = (random.normal(rows * dr * dk, 1.0), random.normal(rows * dk * dc, 1.0));
        for (left_shared, right_shared) in [(false, false), (true, false), (false, true)] {
            let left = if left_shared { &left[..dr * dk] } else { &left };
            let right = if right_shared { &right[..dk * dc] } else { &right };
            let (left_panel, right_panel) = (loaded(left, dr * dk), loaded(right, dk * dc));
            let factor = |shared, values, panel| if shared { Factor::Shared(values) } else { Factor::Rows(panel) };
            let mut s = vec![0.0; dr * dc * panel::width()];
            gate.forward_panel(
                factor(left_shared, left, &left_panel), factor(right_shared, right, &right_panel), &mut s,
            );
            prop_assert_eq!(unload(&s, dr * dc, rows), gate.forward(rows, left, right));
        }

        // The modulated layer.
        let packed = PackedLayer::new(case.layer(), &case.weight, &case.bias);
        let mut expected = vec![0.0; rows * dm];
        packed.forward(&case.hidden, &case.s, &mut expected, &mut Vec::new());
        let s = loaded(&case.s, dr * dc);
        Modulated::new((dm, dr), (dn, dc), &case.weight, &case.bias).forward(&h, &s, &mut out);
        prop_assert_eq!(unload(&out, dm, rows), expected);
    }
}
