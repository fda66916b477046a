//! `midpg explain` and `midpg sweep`: the figures of the paper.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use super::{TRAIN, json, midpg, with_log, with_model};

fn read(folder: &TempDir, name: &str) -> Vec<u8> {
    fs::read(folder.path().join(name)).unwrap()
}

#[test]
fn two_models_stand_side_by_side() {
    let folder = with_model();
    midpg(
        &folder,
        &format!("{TRAIN} --model dpg --out dpg.safetensors"),
    )
    .assert()
    .success();
    let explain = "explain --model model.safetensors --against dpg.safetensors --data log.csv \
                   --part all --points 25 --out";
    let out = midpg(&folder, &format!("{explain} both"))
        .assert()
        .success();
    let told = String::from_utf8(out.get_output().stdout.clone()).unwrap();
    assert!(
        told.contains("model: mi-dpg over 1500 rows of 10 scenarios"),
        "{told}"
    );
    assert!(told.contains("against: dpg over 1500 rows"), "{told}");

    for name in ["both/explanation.json", "both/against-explanation.json"] {
        let explanation = json(&read(&folder, name));
        let separation = &explanation["separation"];
        let silhouette = separation["silhouette"].as_f64().unwrap();
        assert!((-1.0..=1.0).contains(&silhouette));
        let ratio =
            separation["between"].as_f64().unwrap() / separation["within"].as_f64().unwrap();
        assert!((separation["ratio"].as_f64().unwrap() - ratio).abs() < 1e-9);
        let map = &explanation["map"];
        let count = |key: &str| map[key].as_array().unwrap().len();
        assert!(count("rows") > 50 && count("rows") <= 250);
        assert_eq!(count("rows"), count("places"));
        let scenarios = explanation["scenarios"].as_array().unwrap().len() as u64;
        let of_points = map["scenario"].as_array().unwrap();
        assert_eq!(of_points.len(), count("rows"));
        assert!(of_points.iter().all(|s| s.as_u64().unwrap() < scenarios));
        let most = (0..scenarios)
            .map(|k| of_points.iter().filter(|s| s.as_u64() == Some(k)).count())
            .max();
        assert_eq!(most, Some(25), "no scenario has more points than asked for");
    }
    for name in ["map", "similarity", "weighting", "against-weighting"] {
        let svg = String::from_utf8(read(&folder, &format!("both/{name}.svg"))).unwrap();
        assert!(
            svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"),
            "{name}"
        );
    }
    let map = String::from_utf8(read(&folder, "both/map.svg")).unwrap();
    assert!(map.contains("Headphones") && map.contains("silhouette"));

    // The same seed gives the same picture, another one another.
    midpg(&folder, &format!("{explain} again"))
        .assert()
        .success();
    let same = |other: &str| read(&folder, other) == read(&folder, "both/map.svg");
    assert!(same("again/map.svg"), "the same seed, another map");
    midpg(&folder, &format!("{explain} other --seed 9 --layer 2"))
        .assert()
        .success();
    assert!(!same("other/map.svg"), "another seed, the same map");
}

#[test]
fn the_test_part_is_explained_unless_another_is_asked_for() {
    let folder = with_model();
    let rows = |part: &str, out: &str| -> u64 {
        let line = format!("explain --model model.safetensors --data log.csv {part} --out {out}");
        midpg(&folder, &line).assert().success();
        let explanation: Value = json(&read(&folder, &format!("{out}/explanation.json")));
        explanation["rows"].as_u64().unwrap()
    };
    let (test, all) = (rows("", "default"), rows("--part all", "all"));
    assert_eq!(rows("--part test", "test"), test);
    assert_eq!(all, 1500);
    assert!(test < all);
    for (line, says) in [
        ("--layer 0", "--layer"),
        ("--layer 3", "there is no layer 3"),
        ("--points 1", "--points"),
    ] {
        midpg(
            &folder,
            &format!("explain --model model.safetensors --data log.csv --out bad {line}"),
        )
        .assert()
        .code(2)
        .stderr(predicates::str::contains(says));
    }
    assert!(!folder.path().join("bad").exists());
}

#[test]
fn a_sweep_has_every_point_and_goes_on_where_it_was() {
    let folder = with_log();
    let sweep = "sweep --data log.csv --schema amazon --grid diagonal --trials 1 --epochs 1 \
                 --hidden 16,16 --embedding 4 --batch 512 --jobs 2 --out swept";
    let out = midpg(&folder, sweep).assert().success();
    let told = String::from_utf8(out.get_output().stdout.clone()).unwrap();
    for series in [
        "DPG-non",
        "DPG-rc",
        "DPG-r ",
        "DPG-c ",
        "APG, same total",
        "APG, same generated",
    ] {
        assert!(
            told.lines().any(|line| line.starts_with(series)),
            "{series}: {told}"
        );
    }
    let points = json(&read(&folder, "swept/sweep.json"));
    assert_eq!(points.as_array().unwrap().len(), 1 + 3 * 12 + 24);
    assert!(
        points
            .as_array()
            .unwrap()
            .iter()
            .all(|p| p["auc"]["mean"].is_f64())
    );
    let csv = String::from_utf8(read(&folder, "swept/sweep.csv")).unwrap();
    assert_eq!(csv.lines().count(), 1 + 61);
    let svg = read(&folder, "swept/sweep.svg");
    assert!(svg.starts_with(b"<svg"));

    let journal = read(&folder, "swept/trials.jsonl");
    midpg(&folder, sweep).assert().success();
    assert_eq!(
        read(&folder, "swept/trials.jsonl"),
        journal,
        "nothing was done twice"
    );
    assert_eq!(read(&folder, "swept/sweep.svg"), svg);
}
