//! The items of the Amazon log: what they are, when they are launched and how often they are reviewed.

use chrono::Datelike;
use rand::Rng;

use super::amazon_calendar::{Calendar, FIRST_YEAR};
use super::marginals::{Marginal, by_rank, gather, greedy, scaled, within_strata};
use super::{Preset, hash};
use crate::random::Stream;

/// Category, its rows in thousands, and its positive rate in a public subset, brought down to the base rate of the
/// full set (the shape of d_s).
pub(super) const CATEGORIES: [(&str, f64, f64); 10] = [
    ("Headphones", 360.0, 0.70),
    ("Computers & Accessories", 323.0, 0.76),
    ("Camera & Photo", 193.0, 0.77),
    ("Accessories & Supplies", 158.0, 0.80),
    ("Portable Audio & Video", 143.0, 0.78),
    ("Car Electronics & GPS", 33.0, 0.73),
    ("Television & Video", 32.0, 0.69),
    ("Home Audio", 25.0, 0.71),
    ("Wearable Technology", 16.0, 0.65),
    ("Security & Surveillance", 11.0, 0.67),
];
pub(super) const MODEL_ATTRS: [(&str, f64); 3] =
    [("Female", 0.378), ("Male", 0.324), ("Female&Male", 0.298)];
const BRANDS: usize = 50;
const BRAND_MISSING: f64 = 0.744;
/// Shares of the rows by the year of the item, from 1999 on.
const ITEM_YEARS: [f64; 20] = [
    0.0004, 0.0014, 0.0002, 0.0012, 0.0031, 0.0035, 0.0062, 0.0149, 0.0138, 0.0232, 0.0404, 0.0371,
    0.0682, 0.1021, 0.1294, 0.2157, 0.2868, 0.0406, 0.0074, 0.0048,
];
const ITEMS: usize = 9_560;
/// Popularity is log-normal; the best-selling 5 % of the items take 57 % of the rows.
const POPULARITY: f64 = 1.75;
const EIGHTHS: usize = 8;

/// An item; its number is its place in the order of launch.
#[derive(Debug, Clone, Default)]
pub(super) struct Item {
    pub(super) category: usize,
    pub(super) model_attr: usize,
    pub(super) brand: usize,
    pub(super) year: i32,
    /// The eighth of its category's rows that its popularity puts it in.
    pub(super) popularity: usize,
    /// The row of its first review.
    launch: u64,
    pub(super) own: f64,
}

/// The items of one category by launch, with the running sum of their weights.
#[derive(Debug, Clone, Default)]
struct Shelf {
    items: Vec<usize>,
    launches: Vec<u64>,
    cumulative: Vec<f64>,
}

impl Item {
    /// The item's year, counted from the first.
    pub(super) fn year_index(&self) -> usize {
        (self.year - FIRST_YEAR).max(0) as usize
    }
}

/// All items, and how to draw one.
#[derive(Debug)]
pub(super) struct Items {
    calendar: Calendar,
    items: Vec<Item>,
    shelves: Vec<Shelf>,
    categories: Marginal,
    marginals: ItemMarginals,
}

/// The distributions of what an item can be.
#[derive(Debug)]
pub(super) struct ItemMarginals {
    pub(super) model_attrs: Marginal,
    pub(super) brands: Marginal,
    pub(super) years: Marginal,
    pub(super) popularities: Marginal,
}

impl Items {
    /// The items of a log of `rows` rows.
    pub(super) fn new(seed: u64, rows: u64) -> Self {
        let mut rng = Stream::new(seed, "synth amazon");
        let calendar = Calendar::new(rows);
        let categories = Marginal::new(CATEGORIES.map(|c| c.1));
        let model_attrs = Marginal::new(MODEL_ATTRS.map(|m| m.1));
        let brands = brand_shares();
        let count = scaled(
            ITEMS,
            Preset::Amazon.published_rows(),
            rows,
            CATEGORIES.len(),
        );

        // Launch years with the same shares in every category; the first ten items open one category each.
        let years = Marginal::new(ITEM_YEARS);
        let mut launches: Vec<(u64, usize)> = (0..count)
            .map(|j| match j < CATEGORIES.len() {
                true => (j as u64, j),
                false => {
                    let year = years.pick(rng.rng().random());
                    let row = calendar.row(year, rng.rng().random());
                    (row, categories.pick(rng.rng().random()))
                }
            })
            .collect();
        launches.sort_unstable();
        let mut items: Vec<Item> = Vec::with_capacity(count);
        let mut free = 0;
        for (j, (row, category)) in launches.into_iter().enumerate() {
            // One first review a row, and room for those still to come.
            let launch = row.clamp(free, rows - (count - j) as u64);
            free = launch + 1;
            items.push(Item {
                category,
                launch,
                year: calendar.date(launch).year(),
                ..Item::default()
            });
        }

        let strata: Vec<usize> = items.iter().map(|i| i.category).collect();
        let mut weights: Vec<f64> = rng
            .normal(count, 1.0)
            .into_iter()
            .map(|z| (POPULARITY * f64::from(z.min(3.2))).exp())
            .collect();
        let mut exposure = vec![0.0; count];
        let mut shelves = vec![Shelf::default(); CATEGORIES.len()];
        for (j, item) in items.iter().enumerate() {
            shelves[item.category].items.push(j);
            shelves[item.category].launches.push(item.launch);
        }
        for (shelf, share) in shelves.iter_mut().zip(categories.shares()) {
            shelf.balance(&items, rows, *share, &mut weights, &mut exposure);
        }

        let assign_balanced = |marginal: &Marginal| {
            within_strata(&strata, CATEGORIES.len(), |m| {
                greedy(&gather(&exposure, m), marginal)
            })
        };
        let model_attr = assign_balanced(&model_attrs);
        let brand = brands_of_items(&strata, &exposure, &brands);
        let eighths = Marginal::new([1.0; EIGHTHS]);
        let popularity = within_strata(&strata, CATEGORIES.len(), |m| {
            let exposure = gather(&exposure, m);
            by_rank(&exposure, &exposure, &eighths)
        });
        let mut own_sum = [(0.0, 0.0); CATEGORIES.len()];
        for (j, item) in items.iter_mut().enumerate() {
            item.model_attr = model_attr[j];
            item.brand = brand[j];
            item.popularity = popularity[j];
            item.own = hash::normal(seed, "item", j as u64);
            let sum = &mut own_sum[item.category];
            *sum = (sum.0 + exposure[j] * item.own, sum.1 + exposure[j]);
        }
        // Items' own effects average out inside each category, or the category would tell of them.
        for item in &mut items {
            let (sum, total) = own_sum[item.category];
            item.own -= sum / total;
        }

        Self {
            calendar,
            items,
            shelves,
            categories,
            marginals: ItemMarginals {
                model_attrs,
                brands,
                years,
                popularities: eighths,
            },
        }
    }

    /// The items by number.
    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    /// The dates of the rows.
    pub(super) fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The distributions that the items follow.
    pub(super) fn marginals(&self) -> &ItemMarginals {
        &self.marginals
    }

    /// The item of row `index`.
    pub(super) fn pick(&self, index: u64, rng: &mut Stream) -> usize {
        let launched = self.items.partition_point(|item| item.launch <= index);
        // Each item's first review is at its launch.
        if let Some(item) = launched.checked_sub(1)
            && self.items[item].launch == index
        {
            return item;
        }
        let shelf = &self.shelves[self.categories.pick(rng.rng().random())];
        let u: f64 = rng.rng().random();
        let there = shelf.launches.partition_point(|&launch| launch <= index);
        match there.checked_sub(1) {
            Some(last) => {
                let at = shelf
                    .cumulative
                    .partition_point(|&c| c <= u * shelf.cumulative[last]);
                shelf.items[at.min(last)]
            }
            None => (u * launched as f64) as usize,
        }
    }
}

/// Missing first, then brands with shares 1 / (rank + 5) · e^(−rank / 40).
fn brand_shares() -> Marginal {
    let tail: Vec<f64> = (1..=BRANDS)
        .map(|r| (-(r as f64) / 40.0).exp() / (r as f64 + 5.0))
        .collect();
    let total: f64 = tail.iter().sum();
    let named = tail.into_iter().map(|t| t / total * (1.0 - BRAND_MISSING));
    Marginal::new(std::iter::once(BRAND_MISSING).chain(named))
}

/// First whether an item has a brand, then which: one step for both would, in a small category, give each rare
/// brand an item too big for it.
fn brands_of_items(strata: &[usize], exposure: &[f64], brands: &Marginal) -> Vec<usize> {
    let named = Marginal::new(brands.shares()[1..].iter().copied());
    let has_brand = Marginal::new([BRAND_MISSING, 1.0 - BRAND_MISSING]);
    within_strata(strata, CATEGORIES.len(), |members| {
        let mut values = greedy(&gather(exposure, members), &has_brand);
        let with: Vec<usize> = (0..members.len()).filter(|&i| values[i] > 0).collect();
        let weights: Vec<f64> = with.iter().map(|&i| exposure[members[i]]).collect();
        for (i, brand) in with.into_iter().zip(greedy(&weights, &named)) {
            values[i] = brand + 1;
        }
        values
    })
}

impl Shelf {
    /// Scales the weights by item year until the years' expected rows have the shares of [`ITEM_YEARS`]
    /// (an old item has longer to be reviewed), and says how many of the `rows` each item expects when the
    /// category gets `share` of them.
    fn balance(
        &mut self,
        items: &[Item],
        rows: u64,
        share: f64,
        weights: &mut [f64],
        exposure: &mut [f64],
    ) {
        const ROUNDS: usize = 30;
        let year = |j: usize| items[j].year_index();
        for round in 0..=ROUNDS {
            self.cumulative.clear();
            let mut sum = 0.0;
            for &j in &self.items {
                sum += weights[j];
                self.cumulative.push(sum);
            }
            // The rows between two launches are shared by the items launched so far.
            let (mut per_weight, mut until) = (0.0, rows);
            let (mut got, mut total) = ([0.0; ITEM_YEARS.len()], 0.0);
            for (at, &j) in self.items.iter().enumerate().rev() {
                per_weight += share * (until - self.launches[at]) as f64 / self.cumulative[at];
                until = self.launches[at];
                exposure[j] = weights[j] * per_weight;
                got[year(j)] += exposure[j];
                total += exposure[j];
            }
            if round < ROUNDS {
                for &j in &self.items {
                    let wanted = ITEM_YEARS[year(j)] * total;
                    weights[j] *= (wanted / got[year(j)]).clamp(0.2, 5.0);
                }
            }
        }
    }
}
