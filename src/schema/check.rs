//! The rules a schema must keep.

use super::field::{Field, FieldKind, Limit, Numeric, Role};
use super::{Schema, suggestion, twice};
use crate::error::{Error, ErrorKind, Result, quote};

/// Largest vocabulary or number of hash buckets: ids and offsets into embedding tables stay small.
const MAX_IDS: u32 = 1 << 30;
const MAX_BUCKETS: u32 = 4096;
const MAX_FIELDS: usize = 4096;

impl Schema {
    /// Checks every rule; [`parse`](Self::parse) has done it already.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`] for the first rule that is broken.
    pub fn check(&self) -> Result<()> {
        self.format.delimiter_byte()?;
        self.split.check()?;
        if self.fields.is_empty() {
            return wrong("fields: the schema has none");
        }
        if self.fields.len() > MAX_FIELDS {
            return wrong(format!("fields: more than {MAX_FIELDS}"));
        }
        if self.label.column.is_empty() {
            return wrong("label.column: is empty");
        }
        for field in &self.fields {
            self.check_field(field)?;
        }
        self.check_names()?;
        self.check_scenario()
    }

    fn check_field(&self, field: &Field) -> Result<()> {
        let fail =
            |key: &str, why: &str| wrong(format!("field {}: {key}: {why}", quote(&field.name)));
        if field.name.is_empty() {
            return wrong("fields: a name is empty");
        }
        if field.column.is_empty() {
            return fail("column", "is empty");
        }
        if field.column == self.label.column {
            return fail("column", "is the label, which a model must not see");
        }
        if let super::Split::Column(split) = &self.split
            && split.column == field.column
        {
            return fail("column", "is the split, which a model must not see");
        }
        match &field.kind {
            FieldKind::Categorical(options) => {
                if options
                    .item
                    .as_ref()
                    .is_some_and(|item| item.separator.is_empty())
                {
                    return fail("separator", "is empty");
                }
                check_limit(field, options.limit)
            }
            FieldKind::Multi(options) => {
                if options.separator.is_empty() {
                    return fail("separator", "is empty");
                }
                if options.before.as_ref().is_some_and(String::is_empty) {
                    return fail("before", "is empty");
                }
                if options.max_items == Some(0) {
                    return fail("max_items", "is 0");
                }
                check_limit(field, options.limit)
            }
            FieldKind::Numeric(Numeric::Buckets(buckets)) => match buckets {
                2..=MAX_BUCKETS => Ok(()),
                _ => fail("buckets", &format!("is not from 2 to {MAX_BUCKETS}")),
            },
            FieldKind::Numeric(Numeric::Standardise) => match field.role {
                Role::Agnostic => Ok(()),
                // The scenario is embedded; a raw number has no embedding.
                Role::Scenario => fail("standardise", "a scenario-aware field must be embedded"),
            },
            FieldKind::Timestamp(options) => {
                utc_offset(options.utc_offset, &format!("field {}", quote(&field.name)))?;
                if options.derived.is_empty() {
                    return fail(
                        "derived",
                        "is empty: the model would see nothing of the field",
                    );
                }
                if options.derived.contains(&super::Derived::Hour) && !options.format.has_hour() {
                    return fail("derived", "\"hour\" needs a format with a time of day");
                }
                Ok(())
            }
        }
    }

    fn check_names(&self) -> Result<()> {
        let inputs = self.inputs();
        match twice(inputs.iter().map(|input| input.name.as_str())) {
            Some(name) => wrong(format!("fields: the name {} stands twice", quote(name))),
            None => Ok(()),
        }
    }

    fn check_scenario(&self) -> Result<()> {
        let inputs = self.inputs();
        let wanted = &self.scenario.field;
        let Some(input) = inputs.iter().find(|input| input.name == *wanted) else {
            let error = Error::new(
                ErrorKind::Schema,
                format!("scenario.field: there is no field {}", quote(wanted)),
            );
            return Err(
                match suggestion(wanted, inputs.iter().map(|input| input.name.as_str())) {
                    Some(hint) => error.hint(hint),
                    None => error,
                },
            );
        };
        if let FieldKind::Categorical(options) = &input.field.kind
            && options.limit.hash_buckets.is_some()
        {
            return wrong(format!(
                "field {}: hash_buckets: scenarios must keep their names",
                quote(wanted)
            ));
        }
        if input.can_be_scenario() {
            return Ok(());
        }
        if input.field.role != Role::Scenario {
            return Err(Error::new(
                ErrorKind::Schema,
                format!(
                    "scenario.field: field {} is not scenario-aware",
                    quote(wanted)
                ),
            )
            .hint("give it role = \"scenario\""));
        }
        wrong(format!(
            "scenario.field: field {} must be categorical or derived from a timestamp",
            quote(wanted)
        ))
    }
}

fn check_limit(field: &Field, limit: Limit) -> Result<()> {
    let fail = |key: &str, why: &str| wrong(format!("field {}: {key}: {why}", quote(&field.name)));
    for (key, size) in [
        ("max_size", limit.max_size),
        ("hash_buckets", limit.hash_buckets),
    ] {
        if size.is_some_and(|size| size == 0 || size > MAX_IDS) {
            return fail(key, &format!("is not from 1 to {MAX_IDS}"));
        }
    }
    if limit.min_count == 0 {
        return fail("min_count", "is 0: every value has at least one row");
    }
    if limit.hash_buckets.is_some() && (limit.min_count != 1 || limit.max_size.is_some()) {
        return fail(
            "hash_buckets",
            "hashing keeps no counts: it goes without min_count and max_size",
        );
    }
    Ok(())
}

pub(super) fn utc_offset(hours: f64, whose: &str) -> Result<()> {
    if (-14.0..=14.0).contains(&hours) {
        return Ok(());
    }
    wrong(format!(
        "{whose}: utc_offset: {hours} is not from -14 to 14 hours"
    ))
}

fn wrong<T>(message: impl Into<String>) -> Result<T> {
    Err(Error::new(ErrorKind::Schema, message))
}
