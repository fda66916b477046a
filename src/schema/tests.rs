//! What a schema text may say and what is said about wrong ones.

use super::*;

const GOOD: &str = r#"
[label]
column = "y"
positive = ["1"]
[scenario]
field = "page"
[[fields]]
name = "page"
kind = "categorical"
role = "scenario"
[[fields]]
name = "price"
kind = "numeric"
"#;

fn error(text: &str) -> String {
    Schema::parse(text, "s.toml").unwrap_err().to_string()
}

fn with(text: &str) -> String {
    error(&format!("{GOOD}{text}"))
}

#[test]
fn defaults_are_filled_in() {
    let schema = Schema::parse(GOOD, "s.toml").unwrap();
    assert_eq!(schema.format, Format::default());
    assert_eq!(
        schema.split,
        Split::Hash(HashSplit {
            valid: 0.1,
            test: 0.1
        })
    );
    assert_eq!(schema.fields[1].column, "price");
    assert_eq!(
        schema.fields[1].kind,
        FieldKind::Numeric(Numeric::Buckets(10))
    );
    let text = schema.to_toml().unwrap();
    assert_eq!(Schema::parse(&text, "s.toml").unwrap(), schema);
}

#[test]
fn a_syntax_error_has_its_line() {
    assert!(error("[label]\ncolumn = ").starts_with("s.toml:2: "));
}

#[test]
fn unknown_keys_are_rejected_at_every_level() {
    for text in [
        GOOD.replace("[label]", "colour = 1\n[label]"),
        GOOD.replace("column = \"y\"", "column = \"y\"\ncolour = 1"),
        GOOD.replace("field = \"page\"", "field = \"page\"\ncolour = 1"),
        format!("{GOOD}colour = 1"),
        format!("{GOOD}[format]\ncolour = 1"),
        format!("{GOOD}[split]\nkind = \"none\"\ncolour = 1"),
        format!("{GOOD}[split]\nkind = \"hash\"\ncolour = 1"),
        format!("{GOOD}[split]\nkind = \"day\"\ncolumn = \"t\"\ncolour = 1"),
        format!("{GOOD}[split]\nkind = \"column\"\ncolumn = \"t\"\ntrain = [0]\ncolour = 1"),
    ] {
        let error = error(&text);
        assert!(error.contains("unknown field `colour`"), "{error}");
    }
}

#[test]
fn keys_must_suit_the_kind_of_field() {
    let error = with("separator = \";\"");
    assert!(
        error.contains("field \"price\": separator: this kind of field has no such key"),
        "{error}"
    );
    for (fields, expected) in [
        (
            "buckets = 5\nstandardise = true",
            "field \"price\": buckets: does not go with",
        ),
        ("buckets = 1", "field \"price\": buckets: is not from 2"),
    ] {
        let error = with(fields);
        assert!(error.contains(expected), "{error}");
    }
    for (field, expected) in [
        ("kind = \"categorical\"\nitem = 1", "item: needs separator"),
        (
            "kind = \"categorical\"\nseparator = \";\"",
            "separator: needs item",
        ),
        ("kind = \"categorical\"\nmin_count = 0", "min_count: is 0"),
        (
            "kind = \"categorical\"\nmax_size = 0",
            "max_size: is not from 1",
        ),
        (
            "kind = \"categorical\"\nmin_count = 2\nhash_buckets = 9",
            "hash_buckets: hashing",
        ),
        ("kind = \"multi\"\nseparator = \"\"", "separator: is empty"),
        ("kind = \"multi\"\nmax_items = 0", "max_items: is 0"),
        ("kind = \"multi\"\nbefore = \"\"", "before: is empty"),
        (
            "kind = \"timestamp\"\nformat = \"sundial\"",
            "no time format",
        ),
        (
            "kind = \"timestamp\"\nformat = \"date\"\nderived = [\"hour\"]",
            "needs a format with a time",
        ),
        ("kind = \"timestamp\"\nderived = []", "derived: is empty"),
        (
            "kind = \"timestamp\"\nutc_offset = 99",
            "utc_offset: 99 is not",
        ),
        (
            "kind = \"numeric\"\nrole = \"scenario\"\nstandardise = true",
            "must be embedded",
        ),
        ("kind = \"numeric\"\ncolumn = \"y\"", "is the label"),
        (
            "kind = \"timestamp\"\nderived = [\"hour\", \"hour\"]",
            "\"x_hour\" stands twice",
        ),
        ("kind = \"number\"", "unknown variant `number`"),
    ] {
        let error = with(&format!("[[fields]]\nname = \"x\"\n{field}"));
        assert!(error.contains(expected), "{field}\n{error}");
    }
}

#[test]
fn names_and_the_scenario_are_checked() {
    let error_with = |from: &str, to: &str| error(&GOOD.replace(from, to));
    let twice = error_with("name = \"price\"", "name = \"page\"");
    assert!(twice.contains("\"page\" stands twice"), "{twice}");
    let missing = error_with("field = \"page\"", "field = \"pages\"");
    assert!(
        missing.contains("no field \"pages\" (did you mean \"page\"?)"),
        "{missing}"
    );
    let agnostic = error_with("role = \"scenario\"", "");
    assert!(
        agnostic.contains("give it role = \"scenario\""),
        "{agnostic}"
    );
    let hashed = error_with(
        "role = \"scenario\"",
        "role = \"scenario\"\nhash_buckets = 9",
    );
    assert!(
        hashed.contains("scenarios must keep their names"),
        "{hashed}"
    );
    let numeric = error_with("kind = \"categorical\"", "kind = \"numeric\"");
    assert!(
        numeric.contains("must be categorical or derived"),
        "{numeric}"
    );
}

#[test]
fn labels_and_delimiters_are_checked() {
    let error_with = |from: &str, to: &str| error(&GOOD.replace(from, to));
    assert!(error_with("positive = [\"1\"]", "").contains("label: needs a rule"));
    let both = error_with("positive = [\"1\"]", "positive = [1]\nat_least = 4");
    assert!(both.contains("not both"), "{both}");
    let delimiter = with("[format]\ndelimiter = \"::\"");
    assert!(
        delimiter.contains("format.delimiter: \"::\""),
        "{delimiter}"
    );
}

#[test]
fn splits_are_checked() {
    for (split, expected) in [
        ("kind = \"hash\"\nvalid = 0.6\ntest = 0.5", "leave no share"),
        (
            "kind = \"hash\"\nvalid = -0.1",
            "split.valid: -0.1 is not a share",
        ),
        (
            "kind = \"column\"\ncolumn = \"p\"\ntrain = []",
            "split.train: names no value",
        ),
        (
            "kind = \"column\"\ncolumn = \"p\"\ntrain = [0]\ntest = [0]",
            "\"0\" stands twice",
        ),
        (
            "kind = \"column\"\ncolumn = \"price\"\ntrain = [0]",
            "is the split",
        ),
        (
            "kind = \"day\"\ncolumn = \"t\"\ntest_from = \"today\"",
            "split.test_from: \"today\"",
        ),
        (
            "kind = \"day\"\ncolumn = \"t\"\nvalid_from = \"2018-01-01\"",
            "needs test_from",
        ),
        (
            "kind = \"day\"\ncolumn = \"t\"\ntest_days = 2\ntest_from = \"2018-01-01\"",
            "not both",
        ),
        (
            "kind = \"day\"\ncolumn = \"t\"\nvalid_from = \"2018-01-02\"\ntest_from = \"2018-01-01\"",
            "is after test_from",
        ),
        ("kind = \"week\"", "unknown variant `week`"),
    ] {
        let error = with(&format!("[split]\n{split}"));
        assert!(error.contains(expected), "{split}\n{error}");
    }
}

#[test]
fn an_hour_can_be_the_scenario() {
    let text = GOOD.replace("field = \"page\"", "field = \"t_hour\"")
        + "[[fields]]\nname = \"t\"\nkind = \"timestamp\"\nrole = \"scenario\"";
    let schema = Schema::parse(&text, "s.toml").unwrap();
    let names: Vec<_> = schema
        .inputs()
        .into_iter()
        .map(|input| input.name)
        .collect();
    assert_eq!(names, ["page", "t_hour", "t_weekday", "price"]);
}

#[test]
fn defaults_change_nothing_when_they_are_written_out() {
    // As docs/schema.md has them.
    let explicit = GOOD.to_owned()
        + "buckets = 10\nrole = \"agnostic\"\nprior = false\n\
           [format]\ndelimiter = \",\"\nquoting = true\nmissing = [\"\"]\n\
           [split]\nkind = \"hash\"\nvalid = 0.1\ntest = 0.1\n";
    assert_eq!(
        Schema::parse(&explicit, "explicit").unwrap(),
        Schema::parse(GOOD, "short").unwrap()
    );
}
