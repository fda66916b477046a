//! Schemas of the data sets the project knows, as texts to copy and change.

/// The names of the presets.
pub const PRESETS: [&str; 3] = ["amazon", "iaac", "ads"];

/// The commented TOML of a preset.
pub fn preset_text(name: &str) -> Option<&'static str> {
    match name {
        "amazon" => Some(include_str!("presets/amazon.toml")),
        "iaac" => Some(include_str!("presets/iaac.toml")),
        "ads" => Some(include_str!("presets/ads.toml")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;

    #[test]
    fn every_preset_reads_and_survives_a_round_trip() {
        for name in PRESETS {
            let schema = Schema::preset(name).unwrap();
            let text = schema.to_toml().unwrap();
            assert_eq!(
                Schema::parse(&text, name).unwrap(),
                schema,
                "{name}\n{text}"
            );
        }
        let error = Schema::preset("taobao").unwrap_err().to_string();
        assert!(error.contains("amazon, iaac, ads"), "{error}");
    }
}
