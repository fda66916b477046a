//! The items and shops of the IAAC log.

use rand::Rng;

use super::iaac::{
    CATEGORIES, COLLECTED, Level, PRICE, PV, REVIEWS, SALES, STAR, THIRD_LEVEL, brand_shares,
    city_shares,
};
use super::marginals::{Marginal, by_rank, gather, greedy, scaled, within_strata};
use super::{Preset, hash};
use crate::random::Stream;

const ITEMS: usize = 10_075;
const SHOPS: usize = 3_959;
const BRANDS: usize = 2_054;
const CITIES: usize = 127;
/// Properties in use at the published size.
const PROPERTIES: usize = 40_000;
/// Popularity is log-normal, cut at 3.2 standard deviations: the best 10 % of the items have 72 % of the rows.
const POPULARITY: f64 = 1.8;
/// Shops with nothing known, brands and cities missing.
const MISSING: f64 = 0.001;

/// An item.
#[derive(Debug, Clone, Default)]
pub(super) struct Item {
    pub(super) category: usize,
    pub(super) shop: usize,
    /// Indices into the tables of `iaac`.
    pub(super) price: usize,
    pub(super) sales: usize,
    pub(super) collected: usize,
    pub(super) pv: usize,
    pub(super) own: f64,
    /// The columns from `item_id` to `item_pv_level`.
    pub(super) text: String,
    pub(super) properties: Vec<u64>,
}

/// A shop.
#[derive(Debug, Clone, Default)]
pub(super) struct Shop {
    pub(super) star: usize,
    /// The columns from `shop_id` on.
    pub(super) text: String,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Items {
    pub(super) items: Vec<Item>,
    pub(super) shops: Vec<Shop>,
    /// Rows up to and including each item: the log lists item after item.
    cumulative: Vec<f64>,
}

/// The distribution of a level column.
pub(super) fn marginal(levels: &[Level]) -> Marginal {
    Marginal::new(levels.iter().map(|l| l.1))
}

/// The identifier of a category: the same in every log, as in the original.
pub(super) fn category_id(category: usize) -> u64 {
    hash::long_id(0, "category", category as u64)
}

/// The identifier of the root of all categories.
pub(super) fn root_id() -> u64 {
    hash::long_id(0, "root", 0)
}

impl Items {
    /// The items of a log of `rows` rows.
    pub(super) fn new(seed: u64, rows: u64) -> Self {
        let size = |full| scaled(full, Preset::Iaac.published_rows(), rows, 1);
        let (count, shop_count) = (size(ITEMS), size(SHOPS));
        let mut rng = Stream::new(seed, "synth iaac");
        let z: Vec<f64> = rng.normal(count, 1.0).into_iter().map(f64::from).collect();
        let weights = Marginal::new(z.iter().map(|z| (POPULARITY * z.min(3.2)).exp()));
        // At least one row each.
        let spare = rows as f64 - count as f64;
        let exposure: Vec<f64> = weights.shares().iter().map(|s| 1.0 + spare * s).collect();
        let cumulative = exposure.iter().scan(0.0, |sum, rows| {
            *sum += rows;
            Some(*sum)
        });

        let appetite = Marginal::new(
            rng.normal(shop_count, 1.8)
                .into_iter()
                .map(|z| f64::from(z).exp()),
        );
        let shop: Vec<usize> = (0..count)
            .map(|j| {
                if j < shop_count {
                    j
                } else {
                    appetite.pick(rng.rng().random())
                }
            })
            .collect();
        let mut volume = vec![0.0; shop_count];
        for (rows, &shop) in exposure.iter().zip(&shop) {
            volume[shop] += rows;
        }
        let brand = greedy(&volume, &Marginal::new(brand_shares(size(BRANDS))));
        let city = greedy(&volume, &Marginal::new(city_shares(CITIES.min(shop_count))));

        let category = greedy(&exposure, &Marginal::new(CATEGORIES.map(|c| c.0)));
        let mut level = |table: &[Level], with_popularity: f64, base: &[f64]| {
            let noise = rng.normal(count, (1.0 - with_popularity.powi(2)).sqrt() as f32);
            let latent: Vec<f64> = base
                .iter()
                .zip(noise)
                .map(|(z, e)| with_popularity * z + f64::from(e))
                .collect();
            let values = within_strata(&category, CATEGORIES.len(), |m| {
                by_rank(&gather(&exposure, m), &gather(&latent, m), &marginal(table))
            });
            (values, latent)
        };
        let (price, _) = level(PRICE, 0.0, &z);
        let (sales, sold) = level(SALES, 0.6, &z);
        let (collected, _) = level(COLLECTED, 0.88, &sold);
        let (pv, _) = level(PV, 0.78, &sold);
        let pool = size(PROPERTIES).max(100);
        let mut items: Vec<Item> = (0..count)
            .map(|j| Item {
                category: category[j],
                shop: shop[j],
                price: price[j],
                sales: sales[j],
                collected: collected[j],
                pv: pv[j],
                own: hash::normal(seed, "item", j as u64),
                text: String::new(),
                properties: properties(seed, pool, &mut rng),
            })
            .collect();
        centre(&mut items, &exposure);
        let brand = brands_of_items(&exposure, &shop, &brand, size(BRANDS));
        for (j, item) in items.iter_mut().enumerate() {
            item.text = item.columns(seed, j, brand[j], city[item.shop]);
        }
        Self {
            cumulative: cumulative.collect(),
            items,
            shops: shops(seed, &volume, &mut rng),
        }
    }

    /// The item of row `index`: items have contiguous runs, in random order.
    pub(super) fn pick(&self, index: u64) -> usize {
        let at = self
            .cumulative
            .partition_point(|&c| c <= index as f64 + 0.5);
        at.min(self.items.len().saturating_sub(1))
    }
}

/// An item has its shop's brand; brands too small for a shop of their own have one rare item each.
fn brands_of_items(
    exposure: &[f64],
    shop: &[usize],
    of_shop: &[usize],
    brands: usize,
) -> Vec<usize> {
    let mut of_item: Vec<usize> = shop.iter().map(|&s| of_shop[s]).collect();
    let mut items = vec![0_usize; brands];
    of_item.iter().for_each(|&b| items[b] += 1);
    let mut unused: Vec<usize> = (0..brands).filter(|&b| items[b] == 0).collect();
    let mut rarest: Vec<usize> = (0..exposure.len()).collect();
    rarest.sort_by(|&a, &b| exposure[a].total_cmp(&exposure[b]));
    for item in rarest {
        // No brand may lose its last item.
        if items[of_item[item]] > 1
            && let Some(brand) = unused.pop()
        {
            items[of_item[item]] -= 1;
            of_item[item] = brand;
        }
    }
    of_item
}

/// Items' own effects average out inside each category, or the category would tell of them.
fn centre(items: &mut [Item], exposure: &[f64]) {
    let mut sums = [(0.0, 0.0); CATEGORIES.len()];
    for (item, rows) in items.iter().zip(exposure) {
        let sum = &mut sums[item.category];
        *sum = (sum.0 + rows * item.own, sum.1 + rows);
    }
    for item in items {
        let (sum, total) = sums[item.category];
        item.own -= sum / total;
    }
}

/// 6 to 18 properties, common ones first in the pool (the original has 34 on average, most of them rare).
fn properties(seed: u64, pool: usize, rng: &mut Stream) -> Vec<u64> {
    let count = rng.rng().random_range(6..=18);
    let mut chosen: Vec<usize> = (0..count)
        .map(|_| (pool as f64 * rng.rng().random::<f64>().powi(5)) as usize)
        .collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
        .into_iter()
        .map(|p| hash::long_id(seed, "property", p as u64))
        .collect()
}

impl Item {
    fn columns(&self, seed: u64, number: usize, brand: usize, city: usize) -> String {
        let id = |name: &str, index: usize| {
            // Missing is up to the item, not to the brand or city: a common one would take too much with it.
            if name != "item" && hash::uniform(seed, &format!("no {name}"), number as u64) < MISSING
            {
                "-1".to_owned()
            } else {
                hash::long_id(seed, name, index as u64).to_string()
            }
        };
        let mut categories = format!("{};{}", root_id(), category_id(self.category));
        if self.category == THIRD_LEVEL.0 {
            let child = usize::from(hash::uniform(seed, "child", number as u64) >= THIRD_LEVEL.1);
            categories.push_str(&format!(";{}", category_id(CATEGORIES.len() + child)));
        }
        let properties: Vec<String> = self.properties.iter().map(u64::to_string).collect();
        format!(
            "{} {categories} {} {} {} {} {} {} {}",
            id("item", number),
            properties.join(";"),
            id("brand", brand),
            id("city", city),
            PRICE[self.price].0,
            SALES[self.sales].0,
            COLLECTED[self.collected].0,
            PV[self.pv].0,
        )
    }
}

fn shops(seed: u64, volume: &[f64], rng: &mut Stream) -> Vec<Shop> {
    let count = volume.len();
    let size: Vec<f64> = volume
        .iter()
        .zip(rng.normal(count, 1.0))
        .map(|(v, z)| v.ln() * 0.5 + f64::from(z))
        .collect();
    let nearly = rng.normal(count, 0.15);
    let star_latent: Vec<f64> = size
        .iter()
        .zip(nearly)
        .map(|(s, z)| s + f64::from(z))
        .collect();
    let reviews = by_rank(volume, &size, &marginal(REVIEWS));
    let star = by_rank(volume, &star_latent, &marginal(STAR));
    (0..count)
        .map(|j| {
            let z = |name| hash::normal(seed, name, j as u64);
            let service = z("service");
            let delivery = 0.96 * service + 0.28 * z("delivery");
            let description = 0.69 * service + 0.72 * z("description");
            // Most shops have only praise; the others lose a percent or so.
            let u = hash::uniform(seed, "praise", j as u64);
            let rate = if u < 0.55 {
                1.0
            } else {
                1.0 + 0.011 * ((1.0 - u) / 0.45).max(1e-3).ln()
            };
            let scores = if hash::uniform(seed, "scores", j as u64) < MISSING {
                "-1 -1 -1".to_owned()
            } else {
                let score = |middle: f64, z: f64| (middle + 0.0088 * z).clamp(0.78, 1.0);
                format!(
                    "{} {} {}",
                    score(0.9721, service),
                    score(0.9714, delivery),
                    score(0.9765, description)
                )
            };
            let text = format!(
                "{} {} {rate} {} {scores}",
                hash::long_id(seed, "shop", j as u64),
                REVIEWS[reviews[j]].0,
                STAR[star[j]].0,
            );
            Shop {
                star: star[j],
                text,
            }
        })
        .collect()
}
