//! The logs as a whole: format, marginals, truth and the committed samples.

mod marginals;

use std::collections::HashSet;

use super::{Effect, Preset, SynthOptions, SynthReport, generate};

const PRESETS: [Preset; 3] = [Preset::Amazon, Preset::Iaac, Preset::Ads];
const EFFECTS: [Effect; 3] = [Effect::None, Effect::Intercept, Effect::Modulated];

struct Log {
    text: String,
    separator: char,
    report: SynthReport,
}

fn log(preset: Preset, rows: u64, seed: u64, effect: Effect, truth: bool) -> Log {
    let options = SynthOptions {
        preset,
        rows,
        seed,
        effect,
        truth,
    };
    let mut out = Vec::new();
    let report = generate(&options, &mut out, &mut |_| ()).unwrap();
    Log {
        text: String::from_utf8(out).unwrap(),
        separator: if preset == Preset::Iaac { ' ' } else { ',' },
        report,
    }
}

impl Log {
    fn column(&self, name: &str) -> Vec<&str> {
        let mut lines = self.text.lines();
        let header: Vec<&str> = lines.next().unwrap().split(self.separator).collect();
        let at = header.iter().position(|c| *c == name).unwrap();
        lines
            .map(|line| line.split(self.separator).nth(at).unwrap())
            .collect()
    }

    /// Asserts the share of `value` in `column`.
    fn has(&self, column: &str, value: &str, share: f64, tolerance: f64) {
        let cells = self.column(column);
        let got = cells.iter().filter(|c| **c == value).count() as f64 / cells.len() as f64;
        assert!(
            (got - share).abs() < tolerance,
            "{column}={value}: {got}, expected {share}"
        );
    }

    fn distinct(&self, column: &str) -> usize {
        self.column(column)
            .into_iter()
            .collect::<HashSet<_>>()
            .len()
    }

    fn labels(&self, preset: Preset) -> Vec<bool> {
        match preset {
            Preset::Amazon => self
                .column("rating")
                .iter()
                .map(|r| r.parse::<f64>().unwrap() >= 4.0)
                .collect(),
            Preset::Iaac => self.column("is_trade").iter().map(|v| *v == "1").collect(),
            Preset::Ads => self.column("converted").iter().map(|v| *v == "1").collect(),
        }
    }
}

#[test]
fn names_of_presets_and_effects_are_those_of_the_command_line() {
    for preset in PRESETS {
        assert_eq!(preset.to_string().parse::<Preset>().unwrap(), preset);
    }
    for effect in EFFECTS {
        assert_eq!(effect.to_string().parse::<Effect>().unwrap(), effect);
    }
    let error = "foo".parse::<Effect>().unwrap_err().to_string();
    assert_eq!(
        error,
        "unknown effect \"foo\" (one of: none intercept modulated)"
    );
}

#[test]
fn headers_are_those_of_the_real_files() {
    let header = |preset, truth| {
        let log = log(preset, 1, 1, Effect::None, truth);
        log.text.lines().next().unwrap().to_owned()
    };
    assert_eq!(
        header(Preset::Amazon, false),
        "item_id,user_id,rating,timestamp,model_attr,category,brand,year,user_attr,split"
    );
    assert_eq!(
        header(Preset::Iaac, false),
        "instance_id item_id item_category_list item_property_list item_brand_id item_city_id \
         item_price_level item_sales_level item_collected_level item_pv_level user_id user_gender_id \
         user_age_level user_occupation_id user_star_level context_id context_timestamp context_page_id \
         predict_category_property shop_id shop_review_num_level shop_review_positive_rate shop_star_level \
         shop_score_service shop_score_delivery shop_score_description is_trade"
    );
    assert_eq!(
        header(Preset::Ads, true),
        "user_id,scenario,trade,advertiser,group,ad,timestamp,converted,true_probability"
    );
}

#[test]
fn any_number_of_rows_works_but_none() {
    for preset in PRESETS {
        for rows in [1, 3, 12, 200] {
            let log = log(preset, rows, rows, Effect::Modulated, false);
            assert_eq!(log.text.lines().count() as u64, rows + 1);
            let widths: HashSet<usize> = log
                .text
                .lines()
                .map(|l| l.split(log.separator).count())
                .collect();
            assert_eq!(widths.len(), 1);
        }
        let options = SynthOptions {
            preset,
            rows: 0,
            seed: 1,
            effect: Effect::None,
            truth: false,
        };
        assert!(generate(&options, &mut std::io::sink(), &mut |_| ()).is_err());
    }
}

#[test]
fn the_same_options_give_the_same_bytes_and_another_seed_others() {
    for preset in PRESETS {
        let a = log(preset, 300, 4, Effect::Modulated, true);
        let b = log(preset, 300, 4, Effect::Modulated, true);
        let c = log(preset, 300, 5, Effect::Modulated, true);
        assert!(a.text == b.text && a.text != c.text, "{preset}");
    }
}

#[test]
fn features_do_not_depend_on_the_effect_but_labels_do() {
    for preset in PRESETS {
        let logs = EFFECTS.map(|effect| log(preset, 2_000, 2, effect, false));
        let features = |log: &Log| -> Vec<String> {
            let label = if preset == Preset::Amazon {
                "rating"
            } else {
                ""
            };
            let header: Vec<&str> = log
                .text
                .lines()
                .next()
                .unwrap()
                .split(log.separator)
                .collect();
            let last = header.len() - usize::from(preset != Preset::Amazon);
            log.text
                .lines()
                .map(|line| {
                    let cells = line.split(log.separator).take(last).zip(&header);
                    cells
                        .filter(|(_, h)| **h != label)
                        .map(|(c, _)| c)
                        .collect::<Vec<_>>()
                        .join("\t")
                })
                .collect()
        };
        assert!(
            features(&logs[0]) == features(&logs[1]) && features(&logs[0]) == features(&logs[2])
        );
        assert_ne!(logs[0].labels(preset), logs[2].labels(preset), "{preset}");
    }
}

#[test]
fn the_truth_column_is_the_probability_of_the_labels() {
    for preset in PRESETS {
        let log = log(preset, 20_000, 3, Effect::Modulated, true);
        let labels = log.labels(preset);
        let p: Vec<f64> = log
            .column("true_probability")
            .iter()
            .map(|p| p.parse().unwrap())
            .collect();
        assert!(p.iter().all(|p| (0.0..=1.0).contains(p)));
        // Above and below the mean alike, the positives are as many as expected (4.5 standard errors).
        let mean = p.iter().sum::<f64>() / p.len() as f64;
        for high in [true, false] {
            let half = || p.iter().zip(&labels).filter(|(p, _)| (**p > mean) == high);
            let expected: f64 = half().map(|(p, _)| p).sum();
            let variance: f64 = half().map(|(p, _)| p * (1.0 - p)).sum();
            let got = half().filter(|(_, label)| **label).count() as f64;
            assert!(
                (got - expected).abs() < 4.5 * variance.sqrt(),
                "{preset}: {got}, {expected}"
            );
        }
        assert!((mean - log.report.mean_probability).abs() < 1e-4);
        assert_eq!(
            log.report.positives,
            labels.iter().filter(|l| **l).count() as u64
        );
    }
}

#[test]
fn without_an_effect_all_scenarios_have_the_same_mean_probability() {
    for (preset, noise) in [
        (Preset::Amazon, 0.03),
        (Preset::Iaac, 0.20),
        (Preset::Ads, 0.03),
    ] {
        for (effect, differ) in [(Effect::None, false), (Effect::Intercept, true)] {
            let report = log(preset, 30_000, 1, effect, false).report;
            // Few items make up a small scenario: their mix of features is its noise.
            let large = report.scenarios.iter().filter(|s| s.rows >= 3_000);
            let apart = large
                .map(|s| (s.mean_probability / report.mean_probability - 1.0).abs())
                .fold(0.0, f64::max);
            assert_eq!(apart > noise, differ, "{preset} {effect}: {apart}");
        }
    }
}

#[test]
fn the_best_auc_leaves_room_to_learn() {
    for preset in PRESETS {
        for effect in EFFECTS {
            let auc = log(preset, 5_000, 1, effect, false).report.best_auc;
            assert!((0.70..0.83).contains(&auc), "{preset} {effect}: {auc}");
        }
    }
}

#[test]
fn the_committed_samples_are_what_the_command_writes() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets-sample/");
    for (preset, rows, file) in [
        (Preset::Amazon, 4_000, "amazon.csv"),
        (Preset::Iaac, 3_000, "iaac.txt.gz"),
        (Preset::Ads, 4_000, "ads.csv"),
    ] {
        let bytes = std::fs::read(format!("{folder}{file}")).unwrap();
        let committed = if file.ends_with(".gz") {
            let mut text = String::new();
            let mut reader = flate2::read::GzDecoder::new(&bytes[..]);
            std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
            text
        } else {
            String::from_utf8(bytes).unwrap()
        };
        let made = log(preset, rows, 1, Effect::Modulated, false).text;
        assert!(
            committed == made,
            "{file} is stale: see datasets-sample/README.md"
        );
    }
}
