//! The report of `train` and `evaluate`.

use super::{
    GroupedAuc, ScenarioReport, Scenarios, Truth, auc, calibration, grouped_auc, is_positive,
    logloss,
};
use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};

/// How many numbers a model learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ParameterCounts {
    /// Entries of the embedding tables.
    pub embedding: u64,
    /// Everything else.
    pub network: u64,
}

/// What a model is worth on a set of rows; as JSON, the contract of `--report` and `--json`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Report {
    /// Rows scored.
    pub rows: u64,
    /// Positive rows among them.
    pub positives: u64,
    /// AUC over all rows.
    pub auc: Option<f64>,
    /// LogLoss over all rows, nats.
    pub logloss: Option<f64>,
    /// Predicted over actual conversions.
    pub calibration: Option<f64>,
    /// The same per scenario, for the scenarios that have rows, in the order of their ids.
    pub scenarios: Scenarios,
    /// AUC within scenarios, averaged.
    pub grouped_auc: GroupedAuc,
    /// Size of the model; set by the caller.
    pub parameters: ParameterCounts,
    /// Wall-clock time; set by the caller.
    pub seconds: f64,
    /// The device that did the work; set by the caller.
    pub device: String,
    /// The seed of the run; set by the caller.
    pub seed: u64,
    /// Only on generated data whose true probabilities are known; set by the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truth: Option<Truth>,
}

/// Measures `scores` (probabilities) against `labels`, over all rows and per scenario.
///
/// `scenario` holds the scenario id of every row: 0 is out of vocabulary, 1 is missing, known
/// scenarios follow; `names[id]` names it. An id without a name is called `#id`, and a name that is
/// taken already gets ` #id` appended, so no scenario hides another. Scenarios without rows are left
/// out. `parameters`, `seconds`, `device`, `seed` and `truth` are left at their defaults for the caller.
///
/// # Errors
/// When the three slices differ in length ([`ErrorKind::Data`]).
pub fn evaluate(
    scores: &[f32],
    labels: &[f32],
    scenario: &[u32],
    names: &[String],
) -> Result<Report> {
    if scores.len() != labels.len() || scores.len() != scenario.len() {
        return Err(Error::new(
            ErrorKind::Data,
            format!(
                "{} scores, {} labels and {} scenario ids do not belong together",
                scores.len(),
                labels.len(),
                scenario.len()
            ),
        ));
    }
    let mut by_scenario: BTreeMap<u32, (Vec<f32>, Vec<f32>)> = BTreeMap::new();
    for ((&score, &label), &id) in scores.iter().zip(labels).zip(scenario) {
        let (scores, labels) = by_scenario.entry(id).or_default();
        scores.push(score);
        labels.push(label);
    }
    let mut scenarios = Scenarios::default();
    let mut taken = HashSet::new();
    for (id, (scores, labels)) in by_scenario {
        let name = free_name(&taken, names, id);
        taken.insert(name.clone());
        scenarios.0.push((name, part(&scores, &labels)));
    }
    let all = part(scores, labels);
    Ok(Report {
        rows: all.rows,
        positives: all.positives,
        auc: all.auc,
        logloss: all.logloss,
        calibration: all.calibration,
        scenarios,
        grouped_auc: grouped_auc(scores, labels, scenario),
        ..Report::default()
    })
}

fn part(scores: &[f32], labels: &[f32]) -> ScenarioReport {
    ScenarioReport {
        rows: scores.len() as u64,
        positives: labels.iter().filter(|&&y| is_positive(y)).count() as u64,
        auc: auc(scores, labels),
        logloss: logloss(scores, labels),
        calibration: calibration(scores, labels),
    }
}

fn free_name(taken: &HashSet<String>, names: &[String], id: u32) -> String {
    let mut name = match usize::try_from(id).ok().and_then(|id| names.get(id)) {
        Some(name) => name.clone(),
        None => format!("#{id}"),
    };
    while taken.contains(&name) {
        name = format!("{name} #{id}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn example() -> Report {
        evaluate(
            &[0.5, 0.25, 0.75, 0.5, 0.25],
            &[1.0, 0.0, 1.0, 0.0, 0.0],
            &[3, 3, 2, 2, 0],
            &names(&["(unknown)", "(missing)", "books", "audio"]),
        )
        .unwrap()
    }

    #[test]
    fn scenarios_come_in_the_order_of_their_ids_and_without_empty_ones() {
        let report = example();
        let order: Vec<&str> = report.scenarios.iter().map(|(name, _)| name).collect();
        assert_eq!(order, ["(unknown)", "books", "audio"]);
        assert_eq!((report.rows, report.positives), (5, 2));
        let audio = report.scenarios.get("audio").unwrap();
        assert_eq!((audio.rows, audio.positives, audio.auc), (2, 1, Some(1.0)));
        assert_eq!(audio.calibration, Some(0.75));
        assert_eq!(report.scenarios.get("(unknown)").unwrap().auc, None);
        assert_eq!(report.grouped_auc.by_rows, Some(1.0));
        assert_eq!(report.grouped_auc.skipped, 1);
    }

    #[test]
    fn the_json_is_the_contract() {
        let mut report = example();
        report.device = "flex".into();
        report.seed = 42;
        let text = serde_json::to_string(&report).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        for key in [
            "rows",
            "auc",
            "logloss",
            "scenarios",
            "parameters",
            "seconds",
            "device",
            "seed",
            "positives",
            "calibration",
            "grouped_auc",
        ] {
            assert!(value.get(key).is_some(), "{key}");
        }
        assert!(value.get("truth").is_none());
        let unknown = &value["scenarios"]["(unknown)"];
        assert!(unknown["auc"].is_null() && unknown["calibration"].is_null());
        assert!(unknown["logloss"].is_f64());
        assert_eq!(value["parameters"]["embedding"], 0);
        assert!(text.find("(unknown)") < text.find("books"));
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
        report.truth = Some(Truth::default());
        let text = serde_json::to_string(&report).unwrap();
        assert!(text.contains(r#""truth":{"best_auc":null"#));
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }

    #[test]
    fn no_scenario_hides_another() {
        let report = evaluate(
            &[0.5; 4],
            &[1.0; 4],
            &[1, 2, 3, 9],
            &names(&["(unknown)", "(missing)", "(missing)", "x"]),
        )
        .unwrap();
        let order: Vec<&str> = report.scenarios.iter().map(|(name, _)| name).collect();
        assert_eq!(order, ["(missing)", "(missing) #2", "x", "#9"]);
    }

    #[test]
    fn as_many_scenarios_as_a_log_has_shops_are_named_at_once() {
        // Each name beside every other takes minutes.
        let count = 60_000;
        let ids: Vec<u32> = (0..count).collect();
        let names: Vec<String> = ids.iter().map(|id| format!("shop {id}")).collect();
        let zeros = vec![0.5; count as usize];
        let report = evaluate(&zeros, &zeros, &ids, &names).unwrap();
        assert_eq!(report.scenarios.len(), count as usize);
        assert_eq!(report.scenarios.0[59_999].0, "shop 59999");
    }

    #[test]
    fn a_length_mismatch_is_an_error_and_no_rows_are_not() {
        assert!(evaluate(&[0.5], &[], &[0], &[]).is_err());
        let report = evaluate(&[], &[], &[], &[]).unwrap();
        assert_eq!((report.rows, report.auc, report.logloss), (0, None, None));
    }

    #[test]
    fn scores_that_are_not_numbers_become_null() {
        let report = evaluate(&[f32::NAN, 0.5], &[1.0, 0.0], &[2, 2], &[]).unwrap();
        assert_eq!(
            (report.auc, report.logloss, report.calibration),
            (None, None, None)
        );
        assert!(serde_json::to_string(&report).is_ok());
    }
}
