//! The per-scenario part of a report: a JSON object that keeps the order of the scenarios.

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The metrics of one scenario.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScenarioReport {
    /// Rows of the scenario.
    pub rows: u64,
    /// Positive rows among them.
    pub positives: u64,
    /// AUC within the scenario; `null` when it has one class only.
    pub auc: Option<f64>,
    /// Mean cross entropy in nats.
    pub logloss: Option<f64>,
    /// Predicted over actual conversions; `null` without a conversion.
    pub calibration: Option<f64>,
}

/// Scenario name → metrics, in the order of the scenario ids. Serialises as a JSON object in that
/// order, and reads back in the order of the text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scenarios(pub Vec<(String, ScenarioReport)>);

impl Scenarios {
    /// The metrics of the scenario `name`, which is looked for among all: to look many up, make a map of them first.
    pub fn get(&self, name: &str) -> Option<&ScenarioReport> {
        self.iter()
            .find_map(|(known, report)| (known == name).then_some(report))
    }

    /// Names and metrics in the order of the scenario ids.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ScenarioReport)> {
        self.0.iter().map(|(name, report)| (name.as_str(), report))
    }

    /// How many scenarios had rows.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no scenario had rows.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Scenarios {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, report) in &self.0 {
            map.serialize_entry(name, report)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Scenarios {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Scenarios;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of scenarios")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scenarios, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Scenarios(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_survives_json() {
        let report = ScenarioReport {
            rows: 1,
            positives: 0,
            auc: None,
            logloss: Some(0.25),
            calibration: None,
        };
        let scenarios = Scenarios(vec![("z".into(), report), ("a".into(), report)]);
        let text = serde_json::to_string(&scenarios).unwrap();
        assert!(text.starts_with(r#"{"z":{"rows":1,"positives":0,"auc":null,"logloss":0.25"#));
        assert_eq!(serde_json::from_str::<Scenarios>(&text).unwrap(), scenarios);
        assert!(serde_json::from_str::<Scenarios>("[]").is_err());
    }
}
