use super::*;
use crate::random::Stream;
use rand::Rng;

struct Toy {
    users: Vec<u32>,
    shops: Vec<u32>,
    offsets: Vec<u32>,
    tags: Vec<u32>,
    price: Vec<f32>,
    truth: Vec<f32>,
    labels: Vec<f32>,
}

/// Rows of an additive world: user, shop, a bag of tags and a price, at a conversion rate of 10 to 20 %.
fn toy(rows: usize, seed: u64) -> Toy {
    let mut rng = Stream::new(seed, "toy");
    let (user_effect, shop_effect, tag_effect) =
        (rng.normal(30, 0.8), rng.normal(8, 0.5), rng.normal(6, 1.0));
    let mut toy = Toy {
        users: vec![],
        shops: vec![],
        offsets: vec![0],
        tags: vec![],
        price: vec![],
        truth: vec![],
        labels: vec![],
    };
    for _ in 0..rows {
        let rng = rng.rng();
        let (user, shop) = (rng.random_range(0..30_u32), rng.random_range(0..8_u32));
        let price: f32 = rng.random_range(0.0..10.0);
        let bag = rng.random_range(0..4);
        let mut z = -3.0 + user_effect[user as usize] + shop_effect[shop as usize] + 0.15 * price;
        for _ in 0..bag {
            let tag = rng.random_range(0..6_u32);
            z += tag_effect[tag as usize] / bag as f32;
            toy.tags.push(tag);
        }
        toy.offsets.push(toy.tags.len() as u32);
        let p = 1.0 / (1.0 + (-z).exp());
        toy.users.push(user);
        toy.shops.push(shop);
        toy.price.push(price);
        toy.truth.push(p);
        toy.labels
            .push(f32::from(u8::from(rng.random::<f32>() < p)));
    }
    toy
}

impl Toy {
    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            Field::Ids {
                ids: &self.users,
                size: 40,
            },
            Field::Ids {
                ids: &self.shops,
                size: 8,
            },
            Field::Bags {
                offsets: &self.offsets,
                ids: &self.tags,
                size: 6,
            },
            Field::Dense(&self.price),
        ]
    }
}

fn all(n: usize) -> Vec<u32> {
    (0..n as u32).collect()
}

#[test]
fn one_field_has_a_closed_form() {
    // Rates 1/4 and 3/4: without regularisation the optimum predicts them.
    let ids = [0, 0, 0, 0, 1, 1, 1, 1];
    let labels = [1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0];
    let fields = [Field::Ids { ids: &ids, size: 3 }];
    let options = LogisticOptions {
        l2: 1e-9,
        tolerance: 1e-13,
        ..LogisticOptions::default()
    };
    let model = LogisticRegression::fit(&fields, &all(8), &[], &labels, &options).unwrap();
    let predicted = model.predict(&fields, &[0, 4]).unwrap();
    assert!(model.converged());
    assert!((predicted[0] - 0.25).abs() < 1e-5 && (predicted[1] - 0.75).abs() < 1e-5);
    // An id that no training row holds adds nothing: the intercept, here of rate 1/2.
    let other = [Field::Ids { ids: &[2], size: 3 }];
    assert!((model.predict(&other, &[0]).unwrap()[0] - 0.5).abs() < 1e-4);
}

#[test]
fn the_slope_vanishes_at_the_optimum() {
    let toy = toy(2000, 1);
    let (fields, rows) = (toy.fields(), all(2000));
    let options = LogisticOptions {
        l2: 2.0,
        tolerance: 1e-14,
        max_sweeps: 2000,
        ..LogisticOptions::default()
    };
    let model = LogisticRegression::fit(&fields, &rows, &[], &toy.labels, &options).unwrap();
    let residual: Vec<f64> = model
        .predict(&fields, &rows)
        .unwrap()
        .iter()
        .zip(&toy.labels)
        .map(|(&p, &y)| f64::from(p) - f64::from(y))
        .collect();
    assert!(residual.iter().sum::<f64>().abs() < 1e-3);
    let tables: Vec<&Vec<f64>> = model
        .weights
        .iter()
        .filter_map(|w| match w {
            Weights::Table(table) => Some(table),
            Weights::Dense { .. } => None,
        })
        .collect();
    let mut slopes: Vec<Vec<f64>> = tables
        .iter()
        .map(|t| t.iter().map(|w| 2.0 * w).collect())
        .collect();
    for (row, r) in residual.iter().enumerate() {
        slopes[0][toy.users[row] as usize] += r;
        slopes[1][toy.shops[row] as usize] += r;
        let ids = bag(&toy.offsets, &toy.tags, row as u32);
        for &id in ids {
            slopes[2][id as usize] += r / ids.len() as f64;
        }
    }
    let worst = slopes.iter().flatten().fold(0.0_f64, |a, b| a.max(b.abs()));
    assert!(worst < 2e-3, "{worst}");
    let Weights::Dense {
        weight,
        mean,
        scale,
    } = model.weights[3]
    else {
        panic!("dense")
    };
    let slope: f64 = residual
        .iter()
        .zip(&toy.price)
        .map(|(r, &x)| r * standardised(x, mean, scale))
        .sum();
    assert!((slope + 2.0 * weight).abs() < 2e-3, "{slope} {weight}");
}

#[test]
fn every_pass_lowers_the_objective() {
    let toy = toy(500, 2);
    let (fields, rows) = (toy.fields(), all(500));
    // Rare positives and hardly any regularisation: where plain Newton steps overshoot.
    let mut labels = vec![0.0; 500];
    (0..500).step_by(97).for_each(|i| labels[i] = 1.0);
    let mut fit = Fit::new(&fields, &rows, &labels);
    let mut before = fit.objective(1e-3);
    for _ in 0..50 {
        fit.minimise(1e-3, 1, 0.0);
        let now = fit.objective(1e-3);
        assert!(now <= before + 1e-9, "{now} {before}");
        before = now;
    }
}

#[test]
fn it_recovers_an_additive_world() {
    let toy = toy(12_000, 3);
    let fields = toy.fields();
    let (train, valid, test) = (all(8000), all(10_000), all(12_000));
    let (valid, test) = (&valid[8000..], &test[10_000..]);
    let options = LogisticOptions::default();
    let model = LogisticRegression::fit(&fields, &train, valid, &toy.labels, &options).unwrap();
    let again = LogisticRegression::fit(&fields, &train, valid, &toy.labels, &options).unwrap();
    assert_eq!(model, again);
    let predicted = model.predict(&fields, test).unwrap();
    // Maximum likelihood with k free weights on n rows costs k/2n nats of Kullback-Leibler divergence
    // from the truth on average; here k = 44.
    let divergence = |p: f32, q: f32| {
        let (p, q) = (f64::from(p), f64::from(q));
        p * (p / q).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - q)).ln()
    };
    let truth = toy.truth[10_000..].iter().zip(&predicted);
    let excess = truth.map(|(&p, &q)| divergence(p, q)).sum::<f64>() / 2000.0;
    let expected = 44.0 / (2.0 * 8000.0);
    assert!(excess < 2.0 * expected, "{excess} {expected}");
}

#[test]
fn validation_shrinks_a_field_of_noise() {
    // One id per row: memorises the training rows, says nothing about others.
    let toy = toy(3000, 4);
    let ids = all(3000).iter().map(|i| i % 1000).collect::<Vec<u32>>();
    let labels: Vec<f32> = Stream::new(5, "y")
        .uniform(3000, 1.0)
        .iter()
        .map(|u| f32::from(u8::from(*u > 0.6)))
        .collect();
    let fields = [
        Field::Ids {
            ids: &ids,
            size: 1000,
        },
        Field::Dense(&toy.price),
    ];
    let options = LogisticOptions::default();
    let rows = all(3000);
    let model =
        LogisticRegression::fit(&fields, &rows[..2000], &rows[2000..], &labels, &options).unwrap();
    assert!(model.l2() >= 10.0, "{}", model.l2());
}

#[test]
fn misuse_is_an_error() {
    let fields = [Field::Ids {
        ids: &[0, 1],
        size: 2,
    }];
    let labels = [0.0, 1.0];
    let options = LogisticOptions::default();
    let fit = |train: &[u32], valid: &[u32], labels: &[f32], options: &LogisticOptions| {
        LogisticRegression::fit(&fields, train, valid, labels, options)
    };
    assert!(fit(&[], &[], &labels, &options).is_err());
    assert!(fit(&[2], &[], &labels, &options).is_err());
    assert!(fit(&[0], &[2], &labels, &options).is_err());
    assert!(fit(&[0], &[], &labels[..1], &options).is_err());
    for l2 in [0.0, -1.0, f64::NAN] {
        let options = LogisticOptions {
            l2,
            ..LogisticOptions::default()
        };
        assert!(fit(&[0, 1], &[], &labels, &options).is_err());
    }
    let model = fit(&[0, 1], &[], &labels, &options).unwrap();
    assert!(model.predict(&[], &[0]).is_err());
    assert!(model.predict(&[Field::Dense(&[1.0])], &[0]).is_err());
    assert!(model.predict(&fields, &[2]).is_err());
    // One class, a constant column and values that are not numbers are survived.
    let odd = [Field::Dense(&[f32::NAN, 3.0]), Field::Dense(&[1.0, 1.0])];
    let model = LogisticRegression::fit(&odd, &[0, 1], &[], &[0.0, 0.0], &options).unwrap();
    let predicted = model.predict(&odd, &[0, 1]).unwrap();
    assert!(predicted.iter().all(|p| p.is_finite() && *p < 0.1));
}
