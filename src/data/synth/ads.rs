//! An advertising log with the structure of the paper's industrial set: an ad belongs to a group, the group to
//! an advertiser, the advertiser to a trade; three scenarios show all of them.

use rand::Rng;

use super::marginals::{Marginal, greedy, scaled};
use super::truth::{Seen, value_effects};
use super::{World, hash, push};
use crate::random::Stream;

/// Scenario, its share of the rows, d_s.
const SCENARIOS: [(&str, f64, f64); 3] = [("A", 0.5, 0.15), ("B", 0.3, -0.35), ("C", 0.2, 0.1)];
const TRADES: usize = 10;
const ADVERTISERS: usize = 300;
const GROUPS: usize = 6_203;
const ADS: usize = 13_571;
/// The entities have their full number from here on.
const FULL_ROWS: u64 = 1_000_000;
/// 43,397,838 users in 108,649,408 rows.
const USERS_PER_ROW: f64 = 43_397_838.0 / 108_649_408.0;
/// The paper gives no rate; of clicked ads, a few in a hundred convert.
const BASE_RATE: f64 = 0.05;
const POPULARITY: f64 = 1.5;
/// Monday, 2 January 2023, 00:00 UTC.
const START: u64 = 1_672_617_600;
const DAYS: u64 = 14;
/// Rows by hour of the day.
const HOURS: [f64; 24] = [
    2.3, 1.4, 0.9, 0.7, 0.6, 0.8, 1.5, 2.6, 3.7, 4.4, 4.8, 5.1, 5.6, 5.4, 5.0, 4.8, 4.8, 4.9, 5.3,
    6.2, 7.4, 8.0, 7.6, 6.2,
];

/// w_f of: trade, advertiser, group, hour, trade × hour, advertiser × hour.
const WEIGHTS: [f64; 6] = [0.45, 0.50, 0.45, 0.30, 0.25, 0.20];
/// m_{s,f}: three scenarios are few enough to write down.
const MULTIPLIERS: [[f64; 6]; 3] = [
    [1.5, 0.3, 1.3, -0.6, 1.0, 1.4],
    [-0.7, 1.5, 0.5, 1.4, 1.5, -0.5],
    [0.6, 1.1, -0.8, 1.5, 0.2, 0.8],
];
const AD_WEIGHT: f64 = 0.20;
const USER_WEIGHT: f64 = 0.20;

/// See the module.
#[derive(Debug)]
pub(super) struct Ads {
    seed: u64,
    rows: u64,
    scenarios: Marginal,
    hours: Marginal,
    popularity: Marginal,
    group_of_ad: Vec<usize>,
    advertiser_of_group: Vec<usize>,
    trade_of_advertiser: Vec<usize>,
    /// v of trade, advertiser, group and hour.
    effects: [Vec<f64>; 4],
}

/// A drawn row.
#[derive(Debug)]
pub(super) struct Row {
    scenario: usize,
    user: u64,
    ad: usize,
    hour: usize,
    time: u64,
}

/// Gives each of `children` a parent: one child to each parent first, the rest by log-normal appetite.
fn parents(children: usize, parents: usize, rng: &mut Stream) -> Vec<usize> {
    let appetite = rng.normal(parents, 1.0).into_iter();
    let appetite = Marginal::new(appetite.map(|z| f64::from(z).exp()));
    (0..children)
        .map(|child| {
            if child < parents {
                child
            } else {
                appetite.pick(rng.rng().random())
            }
        })
        .collect()
}

/// The weights of the parents of things with `weights`.
fn summed(weights: &[f64], parent: &[usize], parents: usize) -> Vec<f64> {
    let mut sums = vec![0.0; parents];
    for (weight, &parent) in weights.iter().zip(parent) {
        sums[parent] += weight;
    }
    sums
}

impl Ads {
    /// The world of a log of `rows` rows.
    pub(super) fn new(seed: u64, rows: u64) -> Self {
        let mut rng = Stream::new(seed, "synth ads");
        let ads = scaled(ADS, FULL_ROWS, rows, TRADES);
        let groups = scaled(GROUPS, FULL_ROWS, rows, TRADES).min(ads);
        let advertisers = scaled(ADVERTISERS, FULL_ROWS, rows, TRADES).min(groups);
        let weights = rng.normal(ads, 1.0).into_iter();
        let popularity = Marginal::new(weights.map(|z| (POPULARITY * f64::from(z.min(3.2))).exp()));
        let group_of_ad = parents(ads, groups, &mut rng);
        let advertiser_of_group = parents(groups, advertisers, &mut rng);
        let group_shares = summed(popularity.shares(), &group_of_ad, groups);
        let advertiser_shares = summed(&group_shares, &advertiser_of_group, advertisers);
        let trades = Marginal::new((0..TRADES).map(|t| 1.0 / (t as f64 + 3.0)));
        let trade_of_advertiser = greedy(&advertiser_shares, &trades);
        let trade_shares = summed(&advertiser_shares, &trade_of_advertiser, TRADES);
        let hours = Marginal::new(HOURS);
        let effects = [
            value_effects(seed, "trade", &trade_shares),
            value_effects(seed, "advertiser", &advertiser_shares),
            value_effects(seed, "group", &group_shares),
            value_effects(seed, "hour", hours.shares()),
        ];
        Self {
            seed,
            rows,
            scenarios: Marginal::new(SCENARIOS.map(|s| s.1)),
            hours,
            popularity,
            group_of_ad,
            advertiser_of_group,
            trade_of_advertiser,
            effects,
        }
    }

    fn chain(&self, ad: usize) -> (usize, usize, usize) {
        let group = self.group_of_ad[ad];
        let advertiser = self.advertiser_of_group[group];
        (self.trade_of_advertiser[advertiser], advertiser, group)
    }
}

impl World for Ads {
    type Row = Row;

    fn header(&self) -> &'static str {
        "user_id,scenario,trade,advertiser,group,ad,timestamp,converted"
    }

    fn separator(&self) -> char {
        ','
    }

    fn scenarios(&self) -> Vec<String> {
        SCENARIOS.iter().map(|s| s.0.to_owned()).collect()
    }

    fn offsets(&self) -> Vec<f64> {
        SCENARIOS.iter().map(|s| s.2).collect()
    }

    fn weights(&self) -> &'static [f64] {
        &WEIGHTS
    }

    fn multiplier(&self, scenario: usize, feature: usize) -> f64 {
        MULTIPLIERS[scenario][feature]
    }

    fn base_rate(&self) -> f64 {
        BASE_RATE
    }

    fn users_per_row(&self) -> f64 {
        USERS_PER_ROW
    }

    fn items(&self) -> usize {
        self.group_of_ad.len()
    }

    fn draw(&self, index: u64, user: u64, rng: &mut Stream) -> Row {
        // The log is sorted by time: row `index` lies at its share of the fourteen days.
        let days = (index as f64 + 0.5) / self.rows as f64 * DAYS as f64;
        let (hour, within) = self.hours.pick_within(days.fract());
        let time = START + days as u64 * 86_400 + hour as u64 * 3_600 + (within * 3_600.0) as u64;
        Row {
            scenario: self.scenarios.pick(rng.rng().random()),
            user,
            ad: self.popularity.pick(rng.rng().random()),
            hour,
            time,
        }
    }

    fn see(&self, row: &Row, seen: &mut Seen) {
        let (trade, advertiser, group) = self.chain(row.ad);
        let trade = self.effects[0][trade];
        let advertiser = self.effects[1][advertiser];
        let group = self.effects[2][group];
        let hour = self.effects[3][row.hour];
        seen.scenario = row.scenario;
        seen.values.extend([trade, advertiser, group, hour]);
        seen.values.extend([trade * hour, advertiser * hour]);
        seen.rest = AD_WEIGHT * hash::normal(self.seed, "ad", row.ad as u64)
            + USER_WEIGHT * hash::normal(self.seed, "user", row.user);
    }

    fn write(&self, row: &Row, _index: u64, label: bool, _luck: f64, line: &mut String) {
        let (trade, advertiser, group) = self.chain(row.ad);
        let scenario = SCENARIOS[row.scenario].0;
        push(
            line,
            format_args!(
                "{},{scenario},{trade},{advertiser},{group},{},{},{}",
                row.user,
                row.ad,
                row.time,
                u8::from(label),
            ),
        );
    }
}
