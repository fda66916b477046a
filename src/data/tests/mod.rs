//! Tests of the room as a whole.

mod bad_input;
mod encoder;
mod good_input;
#[cfg(feature = "parquet")]
mod parquet_files;
#[cfg(feature = "arrow")]
mod record_batches;
mod split;
mod stream;

use super::{Dataset, LoadOptions, load};
use crate::error::Result;
use crate::schema::Schema;

/// A small shop log with every kind of field.
const SHOP: &str = r#"
[format]
missing = ["", "-1"]
[label]
column = "bought"
positive = ["1"]
negative = ["0"]
[scenario]
field = "page"
[split]
kind = "column"
column = "part"
train = ["tr"]
valid = ["va"]
test = ["te"]
[[fields]]
name = "user"
kind = "categorical"
[[fields]]
name = "page"
kind = "categorical"
role = "scenario"
[[fields]]
name = "price"
kind = "numeric"
buckets = 2
[[fields]]
name = "weight"
kind = "numeric"
standardise = true
[[fields]]
name = "tags"
kind = "multi"
separator = ";"
before = ":"
[[fields]]
name = "second"
column = "tags"
kind = "categorical"
separator = ";"
item = 1
[[fields]]
name = "time"
kind = "timestamp"
format = "unix"
derived = ["hour", "weekday"]
"#;

const HEADER: &str = "user,page,price,weight,tags,time,bought,part\n";

/// Four training rows, a validation row and a test row with values unknown or missing.
const ROWS: &str = "\
u1,home,1,10,a:1;b,0,1,tr
u2,home,2,20,a,3600,0,tr
u1,list,3,,b;c:9;a,7200,0,tr
u3,list,4,30,-1,86400,1,tr
u9,home,9,20,z;a,0,1,va
,shop,-1,-1,,-1,0,te
";

fn shop() -> Schema {
    Schema::parse(SHOP, "shop.toml").unwrap()
}

fn shop_with(from: &str, to: &str) -> Schema {
    assert!(SHOP.contains(from));
    Schema::parse(&SHOP.replace(from, to), "shop.toml").unwrap()
}

fn log() -> String {
    format!("{HEADER}{ROWS}")
}

fn load_text(text: &str) -> Result<Dataset> {
    load(text.as_bytes(), "log.csv", &shop(), LoadOptions::default())
}

fn error_of(text: &str) -> String {
    load_text(text).unwrap_err().to_string()
}
