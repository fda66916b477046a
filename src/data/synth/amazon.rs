//! The Amazon Electronics log: one review a row, sorted by date, items and users numbered as they appear.

use rand::Rng;

use super::amazon_items::{CATEGORIES, Items, MODEL_ATTRS};
use super::marginals::Marginal;
use super::truth::{Seen, logit, multiplier, value_effects};
use super::{World, hash, push};
use crate::random::Stream;

/// Rows with 1 to 5 stars, in thousands; 4 and 5 are positive.
const RATINGS: [f64; 5] = [144.0, 78.0, 101.0, 215.0, 756.0];
/// Observed for a user or not.
const USER_ATTRS: [(&str, f64); 3] = [("", 0.865), ("Female", 0.0675), ("Male", 0.0675)];
const SPLIT: [f64; 3] = [0.905, 0.016, 0.079];
/// 1,157,633 users in 1,292,954 rows.
const USERS_PER_ROW: f64 = 1_157_633.0 / 1_292_954.0;

/// w_f of: model_attr, brand, item year, user_attr, popularity, model_attr × user_attr, brand × popularity.
const WEIGHTS: [f64; 7] = [0.55, 0.55, 0.45, 0.35, 0.45, 0.25, 0.20];
const ITEM_WEIGHT: f64 = 0.20;
const USER_WEIGHT: f64 = 0.10;

/// See the module.
#[derive(Debug)]
pub(super) struct Amazon {
    seed: u64,
    items: Items,
    user_attrs: Marginal,
    split: Marginal,
    /// v of model_attr, brand, year, user_attr and popularity.
    effects: [Vec<f64>; 5],
}

/// A drawn row.
#[derive(Debug)]
pub(super) struct Row {
    item: usize,
    user: u64,
    user_attr: usize,
    split: usize,
}

impl Amazon {
    /// The world of a log of `rows` rows.
    pub(super) fn new(seed: u64, rows: u64) -> Self {
        let items = Items::new(seed, rows);
        let user_attrs = Marginal::new(USER_ATTRS.map(|u| u.1));
        let m = items.marginals();
        let effects = [
            value_effects(seed, "model_attr", m.model_attrs.shares()),
            value_effects(seed, "brand", m.brands.shares()),
            value_effects(seed, "year", m.years.shares()),
            value_effects(seed, "user_attr", user_attrs.shares()),
            value_effects(seed, "popularity", m.popularities.shares()),
        ];
        Self {
            seed,
            items,
            user_attrs,
            split: Marginal::new(SPLIT),
            effects,
        }
    }
}

impl World for Amazon {
    type Row = Row;

    fn header(&self) -> &'static str {
        "item_id,user_id,rating,timestamp,model_attr,category,brand,year,user_attr,split"
    }

    fn separator(&self) -> char {
        ','
    }

    fn scenarios(&self) -> Vec<String> {
        CATEGORIES.iter().map(|c| c.0.to_owned()).collect()
    }

    fn offsets(&self) -> Vec<f64> {
        let total: f64 = CATEGORIES.iter().map(|c| c.1).sum();
        let mean: f64 = CATEGORIES.iter().map(|c| c.1 * c.2).sum::<f64>() / total;
        CATEGORIES
            .iter()
            .map(|c| logit(c.2) - logit(mean))
            .collect()
    }

    fn weights(&self) -> &'static [f64] {
        &WEIGHTS
    }

    fn multiplier(&self, scenario: usize, feature: usize) -> f64 {
        multiplier(scenario, feature)
    }

    fn base_rate(&self) -> f64 {
        (RATINGS[3] + RATINGS[4]) / RATINGS.iter().sum::<f64>()
    }

    fn users_per_row(&self) -> f64 {
        USERS_PER_ROW
    }

    fn items(&self) -> usize {
        self.items.items().len()
    }

    fn draw(&self, index: u64, user: u64, rng: &mut Stream) -> Row {
        Row {
            item: self.items.pick(index, rng),
            user,
            user_attr: self
                .user_attrs
                .pick(hash::uniform(self.seed, "user_attr", user)),
            split: self.split.pick(rng.rng().random()),
        }
    }

    fn see(&self, row: &Row, seen: &mut Seen) {
        let item = &self.items.items()[row.item];
        let [model_attr, brand, year, user_attr, popularity] = [
            self.effects[0][item.model_attr],
            self.effects[1][item.brand],
            self.effects[2][item.year_index()],
            self.effects[3][row.user_attr],
            self.effects[4][item.popularity],
        ];
        seen.scenario = item.category;
        seen.values
            .extend([model_attr, brand, year, user_attr, popularity]);
        seen.values
            .extend([model_attr * user_attr, brand * popularity]);
        seen.rest =
            ITEM_WEIGHT * item.own + USER_WEIGHT * hash::normal(self.seed, "user", row.user);
    }

    fn write(&self, row: &Row, index: u64, label: bool, luck: f64, line: &mut String) {
        let item = &self.items.items()[row.item];
        let (first, stars) = if label {
            (4, &RATINGS[3..])
        } else {
            (1, &RATINGS[..3])
        };
        let mut left = luck * stars.iter().sum::<f64>();
        let mut rating = first;
        for share in &stars[..stars.len() - 1] {
            if left < *share {
                break;
            }
            left -= share;
            rating += 1;
        }
        push(
            line,
            format_args!(
                "{},{},{rating}.0,{},{},{},",
                row.item,
                row.user,
                self.items.calendar().date(index),
                MODEL_ATTRS[item.model_attr].0,
                CATEGORIES[item.category].0,
            ),
        );
        if item.brand > 0 {
            push(line, format_args!("brand-{:02}", item.brand));
        }
        let (year, user_attr) = (item.year, USER_ATTRS[row.user_attr].0);
        push(line, format_args!(",{year},{user_attr},{}", row.split));
    }
}
