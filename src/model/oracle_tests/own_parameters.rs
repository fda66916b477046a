//! PLE and STAR, in which each scenario has parameters of its own.

use super::*;

#[test]
fn star_starts_as_the_shared_network() {
    let network = change(
        network_of(Method::Star(StarConfig::default()), 3),
        |name, data| {
            if name.starts_with("auxiliary.output") {
                zero(data);
            }
        },
    );
    // W_p = 1, b_p = 0 and the normalisation at mean 0 and variance 1: the shared layers alone.
    let mut tensors = Values::new();
    for (name, value) in read(&network) {
        if let Some((layer, rest)) = name
            .strip_prefix("layers.")
            .and_then(|rest| rest.split_once(".shared."))
        {
            let name = if layer == "3" {
                format!("output.{rest}")
            } else {
                format!("layers.{layer}.{rest}")
            };
            tensors.insert(name, value);
        }
    }
    let dnn = parameters::load(network_of(Method::Dnn, 3), &mut tensors, &device()).unwrap();
    let expected = predict(&dnn, input());
    same(&predict(&network, input()), &expected, 1e-4);
    assert!(
        expected.iter().any(|z| *z < 0.0),
        "the main logit has both signs"
    );
}

#[test]
fn ple_of_one_scenario_and_one_expert_is_an_mlp() {
    let config = PleConfig {
        shared: 0,
        ..Default::default()
    };
    // One level: with none shared there is nothing for a shared gate to add to.
    for levels in [1, 2] {
        let config = PleConfig {
            levels,
            ..config.clone()
        };
        let network = network_of(Method::Ple(config), 1);
        let place = |name: &str| -> Option<String> {
            if let Some(rest) = name.strip_prefix("towers.0.") {
                let rest = rest
                    .strip_prefix("layers.0.")
                    .map_or_else(|| rest.to_owned(), |rest| format!("layers.2.{rest}"));
                return Some(rest);
            }
            let rest = name.strip_prefix("levels.")?;
            let (level, rest) = rest.split_once(".specific.0.layers.")?;
            let (layer, rest) = rest.split_once('.')?;
            let layer: usize = level.parse::<usize>().ok()? + layer.parse::<usize>().ok()?;
            Some(format!("layers.{layer}.{rest}"))
        };
        let mut tensors: Values = read(&network)
            .into_iter()
            .filter_map(|(name, value)| Some((place(&name)?, value)))
            .collect();
        let mlp = parameters::load(network_of(Method::Dnn, 1), &mut tensors, &device()).unwrap();
        same(&predict(&network, input()), &predict(&mlp, input()), 1e-5);
    }
}

#[test]
fn a_scenario_that_is_absent_is_not_moved() {
    for (method, own) in [
        (
            Method::Ple(PleConfig {
                levels: 1,
                ..Default::default()
            }),
            ["levels.0.specific.", "levels.0.gates.", "towers."].as_slice(),
        ),
        (
            Method::Star(StarConfig::default()),
            ["norm.specific.", "layers.0.specific.", "layers.3.specific."].as_slice(),
        ),
    ] {
        let network = network_of(method.clone(), 3);
        // Rows of scenario 1 only.
        let names = moved(&network, 3, &[3, 3, 3]);
        for prefix in own {
            assert!(
                names.iter().any(|n| n.starts_with(&format!("{prefix}1"))),
                "{method:?}: {prefix}1 learns: {names:?}"
            );
            for absent in [0, 2] {
                let prefix = format!("{prefix}{absent}");
                assert!(
                    !names.iter().any(|n| n.starts_with(&prefix)),
                    "{method:?}: {prefix} has a gradient"
                );
            }
        }
    }
}

#[test]
fn stars_statistics_move_for_the_scenarios_of_the_batch_alone() {
    let network = network_of(Method::Star(StarConfig::default()), 3);
    let before = read(&network);
    let batch = Batch {
        input: input(),
        scenario: &SCENARIO,
        training: Some(0.0),
    };
    let forward = network.forward(&batch);
    let after = read(&network.clone().absorb(forward.moments));
    for (place, moves) in [(0, true), (1, false), (2, true), (3, true)] {
        let name = format!("norm.running.{place}.mean");
        // Scenario 1 has one row only; place 3 is that of all rows.
        assert_eq!(before[&name] != after[&name], moves, "{name}");
    }
    let batches = &after["norm.running.0.batches"].data;
    assert_eq!(batches, &[1.0]);
    // A first batch is taken as it is.
    let rows: Vec<f32> = values(input());
    let expected = (rows[0] + rows[4 * WIDTH]) / 2.0;
    assert!((after["norm.running.0.mean"].data[0] - expected).abs() < 1e-5);
    // Predicting tells the statistics nothing.
    let batch = Batch {
        training: None,
        ..batch
    };
    assert!(network.forward(&batch).moments.is_empty());
}

#[test]
fn unknown_scenarios_get_a_score_of_their_own_kind() {
    // PLE: the mean over towers; STAR: the shared network. Neither is 0, as public code has it.
    for method in [
        Method::Ple(PleConfig::default()),
        Method::Star(StarConfig::default()),
    ] {
        let network = network_of(method, 3);
        let row = input().narrow(0, 2, 1);
        let score = |scenario: u32| {
            let batch = Batch {
                input: row.clone(),
                scenario: &[scenario],
                training: None,
            };
            values(network.forward(&batch).logits)[0]
        };
        let known: Vec<f32> = (2..5).map(score).collect();
        let mean = known.iter().sum::<f32>() / 3.0;
        let unknown = score(0);
        assert!((unknown - mean).abs() < 1e-5, "{unknown} {known:?}");
        assert_eq!(score(1), unknown, "missing is unknown");
        assert_eq!(score(99), unknown, "so is an id that does not exist");
    }
}

#[test]
fn star_sees_nothing_in_a_column_that_is_the_same_in_all_of_a_scenario() {
    let network = change(
        network_of(Method::Star(StarConfig::default()), 3),
        |name, data| {
            if name.starts_with("auxiliary.output") {
                zero(data);
            }
        },
    );
    // As an embedding of the scenario is; `moved` by what the optimiser has done to it since.
    let with_column = |moved: f32| {
        let mut rows: Vec<f32> = values(input());
        for (row, scenario) in rows.chunks_exact_mut(WIDTH).zip(SCENARIO) {
            row[0] = scenario as f32 / 10.0 + moved;
        }
        let shape = [SCENARIO.len(), WIDTH];
        Tensor::<2>::from_data(TensorData::new(rows, shape), &device())
    };
    let batch = Batch {
        input: with_column(0.0),
        scenario: &SCENARIO,
        training: Some(0.0),
    };
    let moments = network.forward(&batch).moments;
    let network = network.absorb(moments);
    let (then, now) = (
        predict(&network, with_column(0.0)),
        predict(&network, with_column(0.01)),
    );
    let rows = SCENARIO
        .iter()
        .map(|own| SCENARIO.iter().filter(|s| *s == own).count());
    let mut seen = 0;
    for (count, (then, now)) in rows.zip(then.iter().zip(&now)) {
        // A scenario of one row has no variance yet.
        if count > 1 {
            assert_eq!(then, now);
            seen += 1;
        }
    }
    assert!(seen >= 4);
}
