use super::*;
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("../../tests/golden/lazy_adam.json")).unwrap()
}

fn floats(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap();
    list.iter().map(|v| v.as_f64().unwrap()).collect()
}

fn single(value: &Value) -> Vec<f32> {
    floats(value).into_iter().map(|v| v as f32).collect()
}

fn rows(value: &Value) -> Vec<u32> {
    let list = value.as_array().unwrap();
    list.iter().map(|v| v.as_u64().unwrap() as u32).collect()
}

fn close(got: &[f32], expected: &[f64]) {
    assert_eq!(got.len(), expected.len());
    for (i, (&got, &expected)) in got.iter().zip(expected).enumerate() {
        let error = (f64::from(got) - expected).abs();
        assert!(error <= 2e-6 * expected.abs(), "{i}: {got} {expected}");
    }
}

#[test]
fn agrees_with_the_golden_file() {
    let golden = golden();
    let config: AdamConfig = serde_json::from_value(golden["config"].clone()).unwrap();
    assert_eq!(config, AdamConfig::default());
    let mut table = single(&golden["table"]);
    let start = floats(&golden["table"]);
    let mut adam = LazyAdam::new(config, &[table.len()]);
    for step in golden["steps"].as_array().unwrap() {
        adam.begin_step();
        let (touched, gradients) = (rows(&step["touched"]), single(&step["gradients"]));
        adam.update(0, &mut table, 3, &touched, &gradients).unwrap();
        let expected = floats(&step["table"]);
        close(&table, &expected);
        // The moves themselves, some of them a thousand times smaller than the values.
        for ((&got, &start), &expected) in table.iter().zip(&start).zip(&expected) {
            assert!(
                (f64::from(got) - expected).abs() < 5e-8,
                "{got} {start} {expected}"
            );
        }
    }
    close(
        &adam.moments()[0].first,
        &floats(&golden["expected"]["first_moment"]),
    );
    close(
        &adam.moments()[0].second,
        &floats(&golden["expected"]["second_moment"]),
    );
    // Row 3 is in no batch.
    assert_eq!(table[9..12], single(&golden["table"])[9..12]);
}

#[test]
fn a_resumed_run_is_the_same_bit_for_bit() {
    let golden = golden();
    let steps = golden["steps"].as_array().unwrap();
    let run = |resume_at: Option<usize>| {
        let mut table = single(&golden["table"]);
        let mut adam = LazyAdam::new(AdamConfig::default(), &[table.len()]);
        for (i, step) in steps.iter().cycle().take(25).enumerate() {
            if resume_at == Some(i) {
                let (step, moments) = adam.into_state();
                adam = LazyAdam::from_state(AdamConfig::default(), step, moments).unwrap();
            }
            adam.begin_step();
            let (touched, gradients) = (rows(&step["touched"]), single(&step["gradients"]));
            adam.update(0, &mut table, 3, &touched, &gradients).unwrap();
        }
        let bits: Vec<u32> = table.iter().map(|v| v.to_bits()).collect();
        (bits, adam)
    };
    assert_eq!(run(None), run(Some(11)));
}

#[test]
fn the_step_is_shared_by_the_tables_and_by_late_rows() {
    let mut adam = LazyAdam::new(AdamConfig::default(), &[2, 1]);
    let (mut a, mut b) = (vec![0.0; 2], vec![0.0]);
    for _ in 0..1000 {
        adam.begin_step();
        adam.update(0, &mut a, 1, &[0], &[1.0]).unwrap();
    }
    adam.begin_step();
    adam.update(0, &mut a, 1, &[1], &[1.0]).unwrap();
    adam.update(1, &mut b, 1, &[0], &[1.0]).unwrap();
    assert_eq!(a[1], b[0]);
    // A first touch at step 1001: 0.1 / √0.001 · √(1 − 0.999¹⁰⁰¹) of the step size.
    let expected = -1e-3 * 0.1 / 0.001_f64.sqrt() * (1.0 - 0.999_f64.powi(1001)).sqrt();
    assert!(
        (f64::from(b[0]) - expected).abs() < 1e-8,
        "{} {expected}",
        b[0]
    );
}

#[test]
fn misuse_is_an_error_and_changes_nothing() {
    let mut adam = LazyAdam::new(AdamConfig::default(), &[6]);
    let mut table = vec![0.5; 6];
    assert!(adam.update(0, &mut table, 2, &[0], &[1.0; 2]).is_err());
    adam.begin_step();
    assert!(adam.update(1, &mut table, 2, &[0], &[1.0; 2]).is_err());
    assert!(adam.update(0, &mut table, 0, &[0], &[]).is_err());
    assert!(adam.update(0, &mut table, 4, &[0], &[1.0; 4]).is_err());
    assert!(adam.update(0, &mut table[..4], 2, &[0], &[1.0; 2]).is_err());
    assert!(adam.update(0, &mut table, 2, &[0], &[1.0; 3]).is_err());
    assert!(adam.update(0, &mut table, 2, &[0, 3], &[1.0; 4]).is_err());
    assert_eq!(table, [0.5; 6]);
    assert_eq!(adam.moments()[0].first, [0.0; 6]);
    let uneven = Moments {
        first: vec![0.0; 2],
        second: vec![],
    };
    assert!(LazyAdam::from_state(AdamConfig::default(), 1, vec![uneven]).is_err());
}

#[test]
fn power_is_a_power() {
    for n in [0, 1, 2, 3, 10, 1001] {
        assert!((power(0.999, n) - 0.999_f64.powi(n as i32)).abs() < 1e-12);
    }
    assert_eq!(power(0.9, u64::MAX), 0.0);
}
