//! "Did you mean": the nearest of some names.

/// Capitals of the Latin alphabet count as small letters: the tables of all others are a tenth of a scorer's download.
fn small(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// A hint that names the one of `names` that `wanted` is probably a misspelling of.
pub(crate) fn suggestion<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let wanted = small(wanted);
    let limit = (wanted.chars().count() / 3).max(1);
    names
        .into_iter()
        .map(|name| (distance(&wanted, &small(name)), name))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| format!("did you mean {}?", crate::error::quote(name)))
}

/// The edits (insert, delete, replace) between two words, of which only the first 64 letters count.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replace = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replace.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_strangers_are_not() {
        let names = ["user_id", "item_id", "category"];
        assert_eq!(
            suggestion("categry", names).as_deref(),
            Some(r#"did you mean "category"?"#)
        );
        assert_eq!(
            suggestion("User_ID", names).as_deref(),
            Some(r#"did you mean "user_id"?"#)
        );
        assert_eq!(suggestion("brand", names), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
