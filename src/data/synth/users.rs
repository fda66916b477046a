//! Who clicks: exactly the wanted number of distinct users, most of them seen once.

use rand::Rng;

/// Numbers users in the order of their first appearance.
#[derive(Debug)]
pub(super) struct Users {
    seen: u64,
    unseen: u64,
    rows_left: u64,
}

impl Users {
    /// `rows` rows with `ratio` distinct users per row.
    pub(super) fn new(rows: u64, ratio: f64) -> Self {
        let wanted = ((rows as f64 * ratio).round() as u64).clamp(1, rows.max(1));
        Self {
            seen: 0,
            unseen: wanted,
            rows_left: rows,
        }
    }

    /// The user of the next row: a new one with probability unseen / rows left (selection sampling, so the
    /// count comes out exact), otherwise any earlier one.
    pub(super) fn next(&mut self, rng: &mut impl Rng) -> u64 {
        let new = self.seen == 0 || rng.random_range(0..self.rows_left.max(1)) < self.unseen;
        self.rows_left = self.rows_left.saturating_sub(1);
        if new {
            self.unseen = self.unseen.saturating_sub(1);
            self.seen += 1;
            self.seen - 1
        } else {
            rng.random_range(0..self.seen)
        }
    }

    /// How many distinct users there were so far.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    #[test]
    fn the_number_of_users_is_exact() {
        let mut stream = Stream::new(1, "users");
        let mut users = Users::new(10_000, 0.895);
        for _ in 0..10_000 {
            users.next(stream.rng());
        }
        assert_eq!(users.seen(), 8_950);
    }
}
