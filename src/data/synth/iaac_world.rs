//! The IAAC log in the raw format of IJCAI-18 Alimama: 27 columns, space-separated, one item's rows together and
//! not sorted by time, as in the original. The scenario of the truth is the second-level category.

use rand::Rng;

use super::iaac::{
    AGE, CATEGORIES, COLLECTED, DAYS, GENDER, HOURS, OCCUPATION, PAGE, PREDICTED, PREDICTED_EMPTY,
    PREDICTED_OWN, PRICE, RATE, SALES, STAR, USER_MISSING, USER_STAR,
};
use super::iaac_items::{Items, category_id, marginal, root_id};
use super::marginals::Marginal;
use super::truth::{Seen, logit, multiplier, value_effects};
use super::{World, hash, push};
use crate::random::Stream;

/// 18 September 2018, 00:00 UTC+8.
const START: u64 = 1_537_200_000;
/// 197,694 users in 478,138 rows.
const USERS_PER_ROW: f64 = 197_694.0 / 478_138.0;

/// w_f of: price, sales, collected, gender, age, occupation, user star, shop star, page, hour, price × age,
/// sales × page.
const WEIGHTS: [f64; 12] = [
    0.40, 0.40, 0.25, 0.25, 0.35, 0.25, 0.30, 0.35, 0.35, 0.25, 0.25, 0.20,
];
const ITEM_WEIGHT: f64 = 0.15;
const USER_WEIGHT: f64 = 0.10;

/// See the module.
#[derive(Debug)]
pub(super) struct Iaac {
    seed: u64,
    items: Items,
    days: Marginal,
    hours: Marginal,
    pages: Marginal,
    predicted: Marginal,
    own_place: Marginal,
    categories: Marginal,
    /// Gender, age, occupation and star.
    user: [Marginal; 4],
    /// v of the first ten features.
    effects: Vec<Vec<f64>>,
}

/// A drawn row.
#[derive(Debug)]
pub(super) struct Row {
    item: usize,
    user: u64,
    /// Indices into the tables; `None` is missing, of which the truth sees nothing.
    gender: usize,
    known: Option<[usize; 3]>,
    page: usize,
    day: usize,
    hour: usize,
    second: u64,
    predicted: Vec<Predicted>,
}

/// A category that the query may mean, with properties of the item.
#[derive(Debug)]
struct Predicted {
    category: u64,
    /// Where in the item's list and how many.
    properties: Option<(usize, usize)>,
}

impl Iaac {
    /// The world of a log of `rows` rows.
    pub(super) fn new(seed: u64, rows: u64) -> Self {
        let user = [GENDER, AGE, OCCUPATION, USER_STAR].map(marginal);
        let (pages, hours) = (marginal(PAGE), Marginal::new(HOURS));
        let v = |name: &str, m: &Marginal| value_effects(seed, name, m.shares());
        let effects = vec![
            v("price", &marginal(PRICE)),
            v("sales", &marginal(SALES)),
            v("collected", &marginal(COLLECTED)),
            v("gender", &user[0]),
            v("age", &user[1]),
            v("occupation", &user[2]),
            v("user_star", &user[3]),
            v("shop_star", &marginal(STAR)),
            v("page", &pages),
            v("hour", &hours),
        ];
        let absent = 1.0 - PREDICTED_OWN.iter().sum::<f64>();
        Self {
            seed,
            items: Items::new(seed, rows),
            days: Marginal::new(DAYS.map(|d| d.0)),
            hours,
            pages,
            predicted: Marginal::new(PREDICTED),
            own_place: Marginal::new(PREDICTED_OWN.into_iter().chain([absent])),
            categories: Marginal::new(CATEGORIES.map(|c| c.0)),
            user,
            effects,
        }
    }

    /// The query's categories: the item's own at its place, others elsewhere, now and then the root.
    fn predict(&self, item: usize, rng: &mut Stream) -> Vec<Predicted> {
        let item = &self.items.items[item];
        let own = self.own_place.pick(rng.rng().random());
        let count = 1 + self.predicted.pick(rng.rng().random());
        let mut chosen: Vec<Predicted> = Vec::with_capacity(count);
        for (place, empty) in PREDICTED_EMPTY.iter().enumerate().take(count) {
            let other = match rng.rng().random_range(0..10) {
                0 => root_id(),
                1..4 => category_id(20 + rng.rng().random_range(0..30_usize)),
                _ => category_id(self.categories.pick(rng.rng().random())),
            };
            let category = if place == own {
                category_id(item.category)
            } else {
                other
            };
            if chosen.iter().any(|c| c.category == category) {
                continue;
            }
            let some = rng.rng().random::<f64>() >= *empty && !item.properties.is_empty();
            chosen.push(Predicted {
                category,
                properties: some.then(|| {
                    let at = rng.rng().random_range(0..item.properties.len());
                    (
                        at,
                        if rng.rng().random::<f64>() < 0.83 {
                            1
                        } else {
                            3
                        },
                    )
                }),
            });
        }
        chosen
    }
}

impl World for Iaac {
    type Row = Row;

    fn header(&self) -> &'static str {
        "instance_id item_id item_category_list item_property_list item_brand_id item_city_id item_price_level \
         item_sales_level item_collected_level item_pv_level user_id user_gender_id user_age_level \
         user_occupation_id user_star_level context_id context_timestamp context_page_id \
         predict_category_property shop_id shop_review_num_level shop_review_positive_rate shop_star_level \
         shop_score_service shop_score_delivery shop_score_description is_trade"
    }

    fn separator(&self) -> char {
        ' '
    }

    fn scenarios(&self) -> Vec<String> {
        (0..CATEGORIES.len())
            .map(|c| category_id(c).to_string())
            .collect()
    }

    fn offsets(&self) -> Vec<f64> {
        let mean = CATEGORIES.iter().map(|c| c.0 * c.1).sum::<f64>() / 100.0;
        CATEGORIES
            .iter()
            .map(|c| logit(c.1 / 100.0) - logit(mean / 100.0))
            .collect()
    }

    fn weights(&self) -> &'static [f64] {
        &WEIGHTS
    }

    fn multiplier(&self, scenario: usize, feature: usize) -> f64 {
        multiplier(scenario, feature)
    }

    fn base_rate(&self) -> f64 {
        RATE / 100.0
    }

    fn users_per_row(&self) -> f64 {
        USERS_PER_ROW
    }

    fn items(&self) -> usize {
        self.items.items.len()
    }

    fn draw(&self, index: u64, user: u64, rng: &mut Stream) -> Row {
        let item = self.items.pick(index);
        let of_user = |name, m: &Marginal| m.pick(hash::uniform(self.seed, name, user));
        let known = hash::uniform(self.seed, "known", user) >= USER_MISSING / 100.0;
        Row {
            item,
            user,
            gender: of_user("gender", &self.user[0]),
            known: known.then(|| {
                [
                    of_user("age", &self.user[1]),
                    of_user("occupation", &self.user[2]),
                    of_user("star", &self.user[3]),
                ]
            }),
            page: self.pages.pick(rng.rng().random()),
            day: self.days.pick(rng.rng().random()),
            hour: self.hours.pick(rng.rng().random()),
            second: rng.rng().random_range(0..3_600),
            predicted: self.predict(item, rng),
        }
    }

    fn see(&self, row: &Row, seen: &mut Seen) {
        let item = &self.items.items[row.item];
        let v = |feature: usize, value: usize| self.effects[feature][value];
        let known = |feature: usize| row.known.map_or(0.0, |k| v(feature, k[feature - 4]));
        let (price, sales, page) = (v(0, item.price), v(1, item.sales), v(8, row.page));
        let age = known(4);
        seen.scenario = item.category;
        seen.values.extend([
            price,
            sales,
            v(2, item.collected),
            v(3, row.gender),
            age,
            known(5),
            known(6),
            v(7, self.items.shops[item.shop].star),
            page,
            v(9, row.hour),
            price * age,
            sales * page,
        ]);
        seen.rest = ITEM_WEIGHT * item.own
            + USER_WEIGHT * hash::normal(self.seed, "user", row.user)
            + logit(DAYS[row.day].1 / 100.0)
            - logit(RATE / 100.0);
    }

    fn write(&self, row: &Row, index: u64, label: bool, _luck: f64, line: &mut String) {
        let item = &self.items.items[row.item];
        let id = |name, index| hash::long_id(self.seed, name, index);
        let [age, occupation, star] = row.known.map_or([-1; 3], |[age, occupation, star]| {
            [AGE[age].0, OCCUPATION[occupation].0, USER_STAR[star].0]
        });
        let time = START + 86_400 * row.day as u64 + 3_600 * row.hour as u64 + row.second;
        push(
            line,
            format_args!(
                "{} {} {} {} {age} {occupation} {star} {} {time} {} ",
                id("instance", index),
                item.text,
                id("user id", row.user),
                GENDER[row.gender].0,
                id("context", index),
                PAGE[row.page].0,
            ),
        );
        for (place, predicted) in row.predicted.iter().enumerate() {
            let separator = if place == 0 { "" } else { ";" };
            push(line, format_args!("{separator}{}:", predicted.category));
            match predicted.properties {
                None => line.push_str("-1"),
                Some((at, count)) => {
                    for (i, p) in item.properties[at..].iter().take(count).enumerate() {
                        push(line, format_args!("{}{p}", if i == 0 { "" } else { "," }));
                    }
                }
            }
        }
        let shop = &self.items.shops[item.shop].text;
        push(line, format_args!(" {shop} {}", u8::from(label)));
    }
}
