use super::*;
use crate::metrics::{ParameterCounts, Report, ScenarioReport, Scenarios, Truth};
use crate::model::{Condition, Method, MethodName, MethodSettings, Variant};
use crate::train::{Select, TrainOptions};

fn settings(methods: &[MethodName], tune: usize) -> Settings {
    Settings {
        methods: methods.to_vec(),
        trials: 3,
        tune,
        variants: vec![Variant::R, Variant::Rc, Variant::C, Variant::Non],
        method: MethodSettings::default(),
        base: TrainOptions {
            seed: 5,
            ..Default::default()
        },
    }
}

fn outcome(auc: f64, valid_logloss: f64) -> Outcome {
    let part = ScenarioReport {
        rows: 50,
        positives: 10,
        auc: Some(auc - 0.01),
        logloss: Some(1.0 - auc),
        calibration: None,
    };
    Outcome {
        key: String::new(),
        best_epoch: 1,
        epochs: 1,
        valid_auc: None,
        valid_logloss: Some(valid_logloss),
        seconds: 2.0,
        report: Some(Report {
            rows: 100,
            auc: Some(auc),
            logloss: Some(1.0 - auc),
            scenarios: Scenarios(vec![("a".into(), part), ("b|c".into(), part)]),
            parameters: ParameterCounts {
                embedding: 7,
                network: 9,
            },
            truth: Some(Truth {
                best_auc: Some(0.9),
                auc_gap_closed: Some(auc),
                ..Default::default()
            }),
            ..Default::default()
        }),
    }
}

#[test]
fn a_plan_gives_every_method_the_same_seeds_and_dpg_its_variants() {
    let plan = Plan::new(settings(&[MethodName::Dnn, MethodName::Dpg], 0)).unwrap();
    assert!(plan.tuning().is_empty());
    let trials = plan.trials();
    assert_eq!((trials.len(), plan.tuned_trials()), (3 + 12, 15));
    for group in trials.chunks(3) {
        let seeds: Vec<u64> = group.iter().map(|t| t.options.seed).collect();
        assert_eq!(seeds, [5, 6, 7]);
        assert!(group.iter().all(|t| t.measured));
    }
    let keys: std::collections::BTreeSet<String> = trials
        .iter()
        .map(|t| t.key("data", "cpu").unwrap())
        .collect();
    assert_eq!(keys.len(), trials.len());
    assert_ne!(
        trials[0].key("data", "cpu").unwrap(),
        trials[0].key("other data", "cpu").unwrap()
    );
}

#[test]
fn every_method_takes_the_settings_that_it_has() {
    let settings = Settings {
        method: MethodSettings {
            lambda: Some(0.25),
            dc_div: Some(16),
            variant: Some(Variant::C),
            levels: Some(1),
            ..Default::default()
        },
        ..settings(&[MethodName::Ple, MethodName::Dpg, MethodName::MiDpg], 0)
    };
    let plan = Plan::new(settings).unwrap();
    let mut variants = Vec::new();
    for trial in plan.trials() {
        match trial.options.network.method {
            Method::Ple(config) => assert_eq!(config.levels, 1),
            Method::Dpg { weighting } => {
                assert_eq!(weighting.dc_div, 16);
                variants.push(weighting.variant);
            }
            Method::MiDpg {
                weighting,
                mutual_information,
            } => {
                assert_eq!((weighting.dc_div, weighting.variant), (16, Variant::C));
                assert_eq!(mutual_information.lambda, 0.25);
            }
            other => panic!("{other:?}"),
        }
    }
    variants.dedup();
    assert_eq!(
        variants,
        [Variant::R, Variant::Rc, Variant::C, Variant::Non]
    );
}

#[test]
fn a_search_keeps_what_it_does_not_search() {
    let settings = Settings {
        method: MethodSettings {
            condition: Some(Condition::Scenario),
            ..Default::default()
        },
        ..settings(&[MethodName::Dpg, MethodName::MiDpg], 6)
    };
    for trial in Plan::new(settings).unwrap().tuning() {
        let weighting = trial.options.network.method.weighting().unwrap();
        assert_eq!(weighting.condition, Condition::Scenario);
    }
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let refused = |settings: Settings| Plan::new(settings).unwrap_err().to_string();
    assert!(refused(settings(&[], 0)).contains("--methods"));
    assert!(refused(settings(&[MethodName::Dnn, MethodName::Dnn], 0)).contains("twice"));
    let none = Settings {
        trials: 0,
        ..settings(&[MethodName::Dnn], 0)
    };
    assert!(refused(none).contains("--trials"));
    let mut shallow = settings(&[MethodName::Ple], 0);
    shallow.base.network.hidden = vec![8];
    assert!(refused(shallow).contains("--hidden"));
}

#[test]
fn every_search_space_gives_distinct_valid_settings_with_the_defaults_first() {
    for method in MethodName::ALL {
        let plan = Plan::new(settings(&[method], 6)).unwrap();
        let trials = plan.tuning();
        assert_eq!(trials.len(), 6, "{method:?}");
        assert!(trials.iter().all(|t| !t.measured && t.options.seed == 5));
        assert_eq!(trials[0].options.lr, TrainOptions::default().lr);
        for (i, trial) in trials.iter().enumerate() {
            trial.options.validate().unwrap();
            assert!(trials[..i].iter().all(|t| t.options != trial.options));
        }
        let again = Plan::new(settings(&[method], 6)).unwrap().tuning();
        assert_eq!(again, trials);
    }
    // The DNN's space is small: it is used up, not searched for ever.
    let all = Plan::new(settings(&[MethodName::Dnn], 100))
        .unwrap()
        .tuning();
    assert!(all.len() >= 9 && all.len() <= 10, "{}", all.len());
}

#[test]
fn only_the_named_variants_are_tried() {
    for tune in [0, 8] {
        let mut settings = settings(&[MethodName::Dpg], tune);
        // Not the default's.
        settings.variants = vec![Variant::C, Variant::Non];
        let plan = Plan::new(settings.clone()).unwrap();
        let trials = if tune > 0 {
            plan.tuning()
        } else {
            plan.trials()
        };
        let variant = |t: &Trial| t.options.network.method.weighting().unwrap().variant;
        assert!(
            trials
                .iter()
                .all(|t| settings.variants.contains(&variant(t)))
        );
        assert_eq!(trials.len(), if tune > 0 { 8 } else { 6 });
        settings.variants.clear();
        assert!(
            Plan::new(settings)
                .unwrap_err()
                .to_string()
                .contains("--variants")
        );
    }
}

#[test]
fn tuning_keeps_what_validates_best() {
    let plan = Plan::new(settings(&[MethodName::Apg, MethodName::Star], 4)).unwrap();
    let tried = plan.tuning();
    let losses = [0.5, 0.3, 0.4, 0.6, 0.2, 0.9, 0.9, 0.9];
    let outcomes: Vec<Outcome> = losses.map(|loss| outcome(0.5, loss)).into();
    let trials = plan.tuned(&outcomes).trials();
    assert_eq!(trials.len(), 6);
    assert_eq!(trials[0].options, tried[1].options);
    assert_eq!(trials[3].options, tried[4].options);
}

#[test]
fn logloss_chooses_where_validation_has_one_class() {
    let mut settings = settings(&[MethodName::Apg], 4);
    settings.base.select = Select::Auc;
    let plan = Plan::new(settings).unwrap();
    let tried = plan.tuning();
    let mut outcomes: Vec<Outcome> = [0.5, 0.4, 0.3, 0.6].map(|loss| outcome(0.5, loss)).into();
    assert!(outcomes.iter().all(|outcome| outcome.valid_auc.is_none()));
    let chosen = plan.clone().tuned(&outcomes).trials();
    assert_eq!(chosen[0].options, tried[2].options);
    // Else AUC does.
    for (outcome, auc) in outcomes.iter_mut().zip([0.6, 0.8, 0.7, 0.5]) {
        outcome.valid_auc = Some(auc);
    }
    assert_eq!(plan.tuned(&outcomes).trials()[0].options, tried[1].options);
}

#[test]
fn a_search_trains_nothing_twice_under_two_names() {
    // d_k and the blocks mean nothing to `non`: the rate, the dropout and the gate scale are left.
    let mut non = settings(&[MethodName::Dpg], 100);
    non.variants = vec![Variant::Non];
    assert_eq!(Plan::new(non).unwrap().tuning().len(), 3 * 3 * 2);
    // EPNet alone gates no layer's input.
    let pepnet = settings(&[MethodName::Pepnet], 100);
    assert_eq!(Plan::new(pepnet).unwrap().tuning().len(), 3 * 3 * 5);
    // Scaling prunes nothing below a threshold.
    let adasparse = settings(&[MethodName::Adasparse], 100);
    assert_eq!(Plan::new(adasparse).unwrap().tuning().len(), 3 * 3 * 5);
}

#[test]
fn the_table_compares_with_the_best_baseline_on_test_and_chooses_on_validation() {
    let methods = [MethodName::Dnn, MethodName::Apg, MethodName::Dpg];
    let plan = Plan::new(settings(&methods, 0)).unwrap();
    let mut outcomes = Vec::new();
    // DNN, APG, then DPG's r, rc, c, non: c is the best on validation, and not on the test part.
    for (auc, valid) in [
        (0.70, 0.5),
        (0.72, 0.5),
        (0.80, 0.5),
        (0.99, 0.6),
        (0.75, 0.4),
        (0.60, 0.9),
    ] {
        for wobble in [0.0, 0.001, 0.003] {
            outcomes.push(outcome(auc + wobble * auc, valid));
        }
    }
    let comparison = Comparison::new(&plan, &outcomes);
    assert_eq!(comparison.best_baseline.as_deref(), Some("apg"));
    let dpg = &comparison.methods[2];
    assert_eq!(dpg.variant.as_deref(), Some("c"));
    assert!(
        matches!(&dpg.options.network.method, Method::Dpg { weighting } if weighting.variant == Variant::C)
    );
    let auc = dpg.auc.as_ref().unwrap();
    assert!((auc.over_trials.mean - 0.751).abs() < 1e-9);
    assert!(auc.significant && auc.p.unwrap() <= 0.05);
    assert!((auc.gain_percent.unwrap() - 100.0 * (0.75 / 0.70 - 1.0)).abs() < 1e-9);
    let logloss = dpg.logloss.as_ref().unwrap();
    assert!(logloss.gain_percent.unwrap() > 0.0 && logloss.significant);
    let dnn = comparison.methods[0].auc.as_ref().unwrap();
    assert!(
        !dnn.significant && dnn.p.unwrap() <= 0.05,
        "worse is not starred"
    );
    let apg = comparison.methods[1].auc.as_ref().unwrap();
    assert_eq!(apg.p, None, "nothing is compared with itself");
    assert_eq!(comparison.scenarios.len(), 2);
    assert_eq!(comparison.best.unwrap().auc, Some(0.9));

    let text = text(&comparison);
    assert!(text.contains("dpg (c)  0.7510 ± 0.0011*"), "{text}");
    assert!(text.contains("best possible: AUC 0.9000"), "{text}");
    let markdown = markdown(&comparison);
    assert!(markdown.contains("| b\\|c | 50 |"), "{markdown}");
    let csv = csv(&comparison).unwrap();
    assert_eq!(csv.lines().count(), 1 + 9);
    let last = csv.lines().nth(9).unwrap();
    assert!(last.starts_with("dpg,c,7,0.75"));
    assert!(last.contains("\"\"seed\"\":7,"), "{last}");
}

#[test]
fn what_a_metric_lacks_is_a_dash() {
    let plan = Plan::new(settings(&[MethodName::Dnn], 0)).unwrap();
    let mut outcomes: Vec<Outcome> = (0..3).map(|_| outcome(0.7, 0.5)).collect();
    outcomes[1].report.as_mut().unwrap().auc = None;
    let comparison = Comparison::new(&plan, &outcomes);
    assert_eq!(comparison.methods[0].auc, None);
    assert!(text(&comparison).lines().nth(1).unwrap().contains(" - "));
}

#[test]
fn thousands_of_scenarios_are_looked_up_at_once() {
    let plan = Plan::new(settings(&[MethodName::Dnn, MethodName::Apg], 0)).unwrap();
    let mut one = outcome(0.7, 0.5);
    let scenarios = &mut one.report.as_mut().unwrap().scenarios;
    let part = scenarios.0[0].1;
    // Name by name among all of them it takes minutes.
    scenarios.0 = (0..30_000).map(|i| (format!("shop {i}"), part)).collect();
    let comparison = Comparison::new(&plan, &vec![one; 6]);
    assert_eq!(comparison.scenarios.len(), 30_000);
    let last = &comparison.scenarios[29_999];
    assert_eq!(last.scenario, "shop 29999");
    assert!(last.auc.iter().all(Option::is_some));
}

#[test]
fn a_seed_that_the_last_trial_cannot_have_is_refused_before_the_first() {
    let with_seed = |seed| {
        let mut settings = settings(&[MethodName::Dnn], 0);
        settings.base.seed = seed;
        Plan::new(settings)
    };
    with_seed((1 << 53) - 3).unwrap();
    let error = with_seed((1 << 53) - 2).unwrap_err();
    assert!(error.to_string().contains("--seed"), "{error}");
}

#[test]
fn without_variants_to_choose_from_a_search_keeps_the_one_it_has() {
    let mut settings = settings(&[MethodName::Dpg], 4);
    settings.variants.clear();
    let base = TrainOptions {
        network: crate::model::NetworkConfig {
            method: MethodSettings::default().method(MethodName::Dpg),
            ..Default::default()
        },
        ..settings.base.clone()
    };
    let found = candidates(MethodName::Dpg, &base, &settings);
    assert_eq!(found.len(), 4);
    let variant = |options: &TrainOptions| options.network.method.weighting().unwrap().variant;
    assert!(found.iter().all(|options| variant(options) == Variant::R));
}
