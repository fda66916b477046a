//! The shares, sizes and structure of each log.

use std::collections::{HashMap, HashSet};

use super::log;
use crate::data::synth::{Effect, Preset};

#[test]
fn the_amazon_log_has_the_published_marginals() {
    let log = log(Preset::Amazon, 50_000, 1, Effect::Modulated, false);
    for (rating, share) in [
        ("1.0", 144.0),
        ("2.0", 78.0),
        ("3.0", 101.0),
        ("4.0", 215.0),
        ("5.0", 756.0),
    ] {
        log.has("rating", rating, share / 1_294.0, 0.01);
    }
    let categories = [
        ("Headphones", 360.0),
        ("Computers & Accessories", 323.0),
        ("Camera & Photo", 193.0),
        ("Accessories & Supplies", 158.0),
        ("Portable Audio & Video", 143.0),
        ("Car Electronics & GPS", 33.0),
        ("Television & Video", 32.0),
        ("Home Audio", 25.0),
        ("Wearable Technology", 16.0),
        ("Security & Surveillance", 11.0),
    ];
    for (category, rows) in categories {
        log.has("category", category, rows / 1_294.0, 0.01);
    }
    log.has("brand", "", 0.744, 0.02);
    log.has("user_attr", "", 0.865, 0.01);
    for (part, share) in [("0", 0.905), ("1", 0.016), ("2", 0.08)] {
        log.has("split", part, share, 0.01);
    }
    assert_eq!(log.distinct("user_id"), 44_767);
    assert_eq!(log.distinct("item_id") as u64, log.report.items);
    let dates = log.column("timestamp");
    assert_eq!((dates[0], dates[49_999]), ("1999-06-13", "2018-10-01"));
    assert!(dates.is_sorted());
    let mut category_of = HashMap::new();
    for (item, category) in log
        .column("item_id")
        .into_iter()
        .zip(log.column("category"))
    {
        assert_eq!(*category_of.entry(item).or_insert(category), category);
    }
}

#[test]
fn the_iaac_log_has_the_published_marginals() {
    let log = log(Preset::Iaac, 50_000, 1, Effect::Modulated, false);
    let rate = log.report.positives as f64 / 50_000.0;
    assert!((rate - 0.01887).abs() < 0.003, "{rate}");
    log.has("item_price_level", "7", 0.4377, 0.02);
    log.has("item_sales_level", "12", 0.1819, 0.02);
    log.has("item_collected_level", "13", 0.1758, 0.02);
    log.has("item_pv_level", "18", 0.2135, 0.02);
    log.has("shop_star_level", "5013", 0.1728, 0.02);
    log.has("user_gender_id", "0", 0.7546, 0.01);
    log.has("user_gender_id", "-1", 0.027, 0.005);
    log.has("user_age_level", "1003", 0.3544, 0.01);
    log.has("user_star_level", "-1", 0.002, 0.002);
    log.has("context_page_id", "4001", 0.5594, 0.01);
    assert_eq!(log.distinct("user_id"), 20_673);
    assert_eq!(log.distinct("instance_id"), 50_000);
    assert_eq!(log.distinct("item_id") as u64, log.report.items);
    let largest = log.report.scenarios.iter().map(|s| s.rows).max().unwrap() as f64 / 50_000.0;
    assert!((largest - 0.315).abs() < 0.02, "{largest}");
    let second = |list: &str| list.split(';').nth(1).unwrap().to_owned();
    let names: HashSet<String> = log
        .report
        .scenarios
        .iter()
        .map(|s| s.name.clone())
        .collect();
    assert!(
        log.column("item_category_list")
            .into_iter()
            .all(|list| names.contains(&second(list)))
    );
    assert_eq!(names.len(), 13);
    // Seven days, of which the first is the busiest and 21 h the busiest hour; rows are not sorted by time.
    let times: Vec<u64> = log
        .column("context_timestamp")
        .iter()
        .map(|t| t.parse().unwrap())
        .collect();
    assert!(
        times
            .iter()
            .all(|t| (1_537_200_000..1_537_804_800).contains(t))
            && !times.is_sorted()
    );
    let share =
        |of: &dyn Fn(u64) -> bool| times.iter().filter(|t| of(**t)).count() as f64 / 50_000.0;
    assert!((share(&|t| t < 1_537_286_400) - 0.1637).abs() < 0.01);
    assert!((share(&|t| (t - 1_537_200_000) / 3_600 % 24 == 21) - 0.0894).abs() < 0.01);
    for list in log.column("predict_category_property") {
        assert!(list.split(';').all(|part| {
            part.split_once(':').is_some_and(|(c, p)| {
                c.parse::<u64>().is_ok() && p.split(',').all(|p| p.parse::<i64>().is_ok())
            })
        }));
    }
}

#[test]
fn the_ads_log_nests_ads_in_groups_in_advertisers_in_trades() {
    let log = log(Preset::Ads, 50_000, 1, Effect::Modulated, false);
    for (child, parent) in [
        ("ad", "group"),
        ("group", "advertiser"),
        ("advertiser", "trade"),
    ] {
        let mut of = HashMap::new();
        for (child, parent) in log.column(child).into_iter().zip(log.column(parent)) {
            assert_eq!(*of.entry(child).or_insert(parent), parent);
        }
    }
    assert_eq!((log.distinct("trade"), log.distinct("scenario")), (10, 3));
    assert_eq!(log.distinct("user_id"), 19_972);
    assert!((log.report.mean_probability - 0.05).abs() < 0.002);
    let times: Vec<u64> = log
        .column("timestamp")
        .iter()
        .map(|t| t.parse().unwrap())
        .collect();
    assert!(times.is_sorted() && times[49_999] - times[0] < 14 * 86_400);
}
