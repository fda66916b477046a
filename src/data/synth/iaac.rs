//! The tables of the IAAC log: shares of the rows, in per cent, of each level of the level columns.

/// A level and its share of the rows in per cent; −1 is missing.
pub(super) type Level = (i32, f64);

/// `item_price_level`.
pub(super) const PRICE: &[Level] = &[
    (0, 0.003),
    (1, 0.018),
    (2, 0.073),
    (3, 0.750),
    (4, 3.055),
    (5, 8.587),
    (6, 18.626),
    (7, 43.771),
    (8, 24.174),
    (9, 0.844),
    (10, 0.095),
    (11, 0.004),
];
/// `item_sales_level`.
pub(super) const SALES: &[Level] = &[
    (-1, 0.191),
    (1, 0.105),
    (2, 0.199),
    (3, 0.386),
    (4, 0.676),
    (5, 1.200),
    (6, 2.308),
    (7, 3.771),
    (8, 5.640),
    (9, 8.290),
    (10, 12.060),
    (11, 16.824),
    (12, 18.187),
    (13, 13.480),
    (14, 9.312),
    (15, 4.643),
    (16, 2.321),
    (17, 0.409),
];
/// `item_collected_level`.
pub(super) const COLLECTED: &[Level] = &[
    (0, 0.058),
    (1, 0.056),
    (2, 0.103),
    (3, 0.196),
    (4, 0.363),
    (5, 0.586),
    (6, 1.124),
    (7, 2.183),
    (8, 3.439),
    (9, 5.019),
    (10, 8.795),
    (11, 11.087),
    (12, 17.694),
    (13, 17.579),
    (14, 15.429),
    (15, 9.706),
    (16, 4.267),
    (17, 2.315),
];
/// `item_pv_level`.
pub(super) const PV: &[Level] = &[
    (0, 0.026),
    (2, 0.001),
    (3, 0.002),
    (4, 0.007),
    (5, 0.013),
    (6, 0.024),
    (7, 0.051),
    (8, 0.094),
    (9, 0.191),
    (10, 0.386),
    (11, 0.813),
    (12, 1.525),
    (13, 2.892),
    (14, 5.343),
    (15, 8.675),
    (16, 13.059),
    (17, 17.661),
    (18, 21.350),
    (19, 16.994),
    (20, 8.943),
    (21, 1.949),
];
/// `shop_review_num_level`.
pub(super) const REVIEWS: &[Level] = &[
    (0, 0.001),
    (1, 0.004),
    (2, 0.018),
    (3, 0.017),
    (4, 0.056),
    (5, 0.121),
    (6, 0.281),
    (7, 0.387),
    (8, 0.646),
    (9, 1.147),
    (10, 1.798),
    (11, 2.930),
    (12, 3.905),
    (13, 6.494),
    (14, 10.609),
    (15, 13.794),
    (16, 16.584),
    (17, 17.032),
    (18, 10.586),
    (19, 3.394),
    (20, 5.211),
    (21, 4.780),
    (22, 0.129),
    (23, 0.074),
    (25, 0.001),
];
/// `shop_star_level`.
pub(super) const STAR: &[Level] = &[
    (4999, 0.001),
    (5000, 0.017),
    (5001, 0.013),
    (5002, 0.100),
    (5003, 0.265),
    (5004, 0.180),
    (5005, 0.305),
    (5006, 0.646),
    (5007, 1.150),
    (5008, 1.774),
    (5009, 3.805),
    (5010, 5.121),
    (5011, 7.185),
    (5012, 15.395),
    (5013, 17.284),
    (5014, 17.065),
    (5015, 15.475),
    (5016, 4.024),
    (5017, 4.861),
    (5018, 5.244),
    (5019, 0.015),
    (5020, 0.075),
];
/// `user_gender_id`.
pub(super) const GENDER: &[Level] = &[(-1, 2.698), (0, 75.463), (1, 19.674), (2, 2.164)];
/// `user_age_level`; missing together with occupation and star.
pub(super) const AGE: &[Level] = &[
    (1000, 2.710),
    (1001, 1.348),
    (1002, 14.677),
    (1003, 35.439),
    (1004, 26.380),
    (1005, 11.839),
    (1006, 6.314),
    (1007, 1.091),
];
/// `user_occupation_id`.
pub(super) const OCCUPATION: &[Level] =
    &[(2002, 30.727), (2003, 1.342), (2004, 4.978), (2005, 62.751)];
/// `user_star_level`.
pub(super) const USER_STAR: &[Level] = &[
    (3000, 6.554),
    (3001, 4.042),
    (3002, 13.160),
    (3003, 15.598),
    (3004, 12.919),
    (3005, 14.105),
    (3006, 17.152),
    (3007, 11.151),
    (3008, 4.220),
    (3009, 0.863),
    (3010, 0.037),
];
/// `context_page_id`.
pub(super) const PAGE: &[Level] = &[
    (4001, 55.943),
    (4002, 9.150),
    (4003, 6.579),
    (4004, 5.038),
    (4005, 3.936),
    (4006, 3.157),
    (4007, 2.584),
    (4008, 2.174),
    (4009, 1.885),
    (4010, 1.563),
    (4011, 1.333),
    (4012, 1.213),
    (4013, 1.023),
    (4014, 0.885),
    (4015, 0.800),
    (4016, 0.704),
    (4017, 0.627),
    (4018, 0.530),
    (4019, 0.469),
    (4020, 0.406),
];
/// Rows by hour of the day (UTC+8), in per mille.
pub(super) const HOURS: [f64; 24] = [
    22.6, 9.4, 5.2, 4.0, 3.3, 4.9, 11.3, 23.0, 32.4, 41.7, 50.9, 50.4, 51.6, 57.5, 56.9, 56.2,
    51.4, 49.0, 53.0, 70.6, 86.0, 89.4, 75.2, 44.3,
];
/// Rows and positive rate by day, in per cent.
pub(super) const DAYS: [(f64, f64); 7] = [
    (16.37, 2.00),
    (14.83, 1.97),
    (14.30, 1.94),
    (14.89, 1.93),
    (14.29, 1.89),
    (13.30, 1.73),
    (12.01, 1.69),
];
/// Second-level categories: share of the rows in per cent, and positive rate in per cent where a public subset
/// shows one reliably (else the overall rate): the shape of d_s.
pub(super) const CATEGORIES: [(f64, f64); 13] = [
    (31.535, 1.17),
    (21.436, 1.69),
    (15.774, 1.75),
    (15.062, 1.59),
    (11.096, 4.70),
    (2.000, RATE),
    (1.482, RATE),
    (0.470, RATE),
    (0.424, RATE),
    (0.411, RATE),
    (0.252, RATE),
    (0.039, RATE),
    (0.018, RATE),
];
/// The overall positive rate in per cent.
pub(super) const RATE: f64 = 100.0 * 9_021.0 / 478_138.0;
/// The category that has a third level, and the share of its first child.
pub(super) const THIRD_LEVEL: (usize, f64) = (8, 0.06);
/// Users of whom age, occupation and star are missing, in per cent.
pub(super) const USER_MISSING: f64 = 0.202;
/// How many categories a query is predicted to mean, from 1 on, in per mille.
pub(super) const PREDICTED: [f64; 10] = [
    1.5, 107.0, 149.0, 196.0, 212.5, 168.5, 105.0, 38.0, 16.0, 6.5,
];
/// Probability of `-1` for the properties of a predicted category, by its place.
pub(super) const PREDICTED_EMPTY: [f64; 10] =
    [0.39, 0.49, 0.51, 0.60, 0.62, 0.65, 0.73, 0.82, 0.86, 0.96];
/// Place of the item's own category among the predicted ones (the rest: absent).
pub(super) const PREDICTED_OWN: [f64; 5] = [0.64, 0.18, 0.07, 0.02, 0.005];

/// Shares of the brands, largest first: one giant, then 1 / (rank + 30) · e^(−rank / 300).
pub(super) fn brand_shares(count: usize) -> Vec<f64> {
    const GIANT: f64 = 0.146;
    let tail: Vec<f64> = (2..=count)
        .map(|r| (-(r as f64) / 300.0).exp() / (r as f64 + 30.0))
        .collect();
    let total: f64 = tail.iter().sum();
    std::iter::once(GIANT)
        .chain(tail.into_iter().map(|t| t / total * (1.0 - GIANT)))
        .collect()
}

/// Shares of the cities, largest first, in steps: the ten largest have 87 % of the rows.
pub(super) fn city_shares(count: usize) -> Vec<f64> {
    let share = |rank| match rank {
        0 => 0.3243,
        1 => 0.1221,
        2..5 => 0.0835,
        5..10 => 0.0338,
        10..20 => 0.0069,
        20..50 => 0.00185,
        _ => 0.00012,
    };
    (0..count).map(share).collect()
}
