//! Every way in which a file can be wrong, and what is said about it.

use super::*;
use crate::data::{LoadReport, OnBadRow};
use crate::error::ErrorKind;

/// The log with a row put in as line 4.
fn with_row(row: &str) -> String {
    let mut lines: Vec<&str> = HEADER.lines().chain(ROWS.lines()).collect();
    lines.insert(3, row);
    lines.join("\n") + "\n"
}

fn skipping(bytes: &[u8]) -> LoadReport {
    let options = LoadOptions {
        on_bad_row: OnBadRow::Skip,
        ..Default::default()
    };
    load(bytes, "log.csv", &shop(), options).unwrap().report
}

#[test]
fn empty_files_and_headers_without_rows() {
    assert_eq!(error_of(""), "log.csv:1: the file is empty");
    assert_eq!(error_of("\u{feff}"), "log.csv:1: the file is empty");
    let error = error_of(HEADER);
    assert!(error.contains("a header but no rows"), "{error}");
}

#[test]
fn a_missing_column_is_named_with_those_there_are_and_the_nearest() {
    let error = error_of(&log().replace("price", "prise"));
    assert_eq!(
        error,
        "log.csv: the file has no column \"price\" for the field; its columns are user, page, prise, \
         weight, tags, time, bought, part (did you mean \"prise\"?)"
    );
    let error = error_of(&log().replace("bought", "label"));
    assert!(
        error.contains("no column \"bought\" for the label"),
        "{error}"
    );
    let error = error_of(&log().replace("part", "fold"));
    assert!(
        error.contains("no column \"part\" for the split"),
        "{error}"
    );
    let error = error_of(&log().replace(',', "\t"));
    assert!(error.contains("is format.delimiter right?"), "{error}");
}

#[test]
fn a_header_with_a_name_twice() {
    let error = error_of(&log().replace("user,", "page,"));
    assert_eq!(error, "log.csv:1: the header has two columns \"page\"");
}

#[test]
fn a_header_of_very_many_names_is_looked_through_at_once() {
    // A table of numbers without a header, on one line; compared name by name it takes minutes.
    let names: Vec<String> = (0..140_000).map(|name| name.to_string()).collect();
    let header = names.join(",");
    assert!((header.len() as u64) < crate::data::LINE_LIMIT);
    let error = error_of(&format!("{header}\n{header}\n"));
    assert!(error.contains("no column \"page\""), "{error}");
    let error = error_of(&format!("{header},7\n{header},7\n"));
    assert_eq!(error, "log.csv:1: the header has two columns \"7\"");
    let error = crate::schema::guess(format!("{header},7\n{header},7\n").as_bytes(), "log");
    let error = error.unwrap_err().to_string();
    assert_eq!(error, "log: the header has two columns \"7\"");
}

#[test]
fn rows_of_a_wrong_length() {
    let short = "log.csv:4: the row has 2 cells, the header 8";
    assert_eq!(error_of(&with_row("u1,home")), short);
    let long = error_of(&with_row("u1,home,1,1,a,0,1,tr,x"));
    assert_eq!(long, "log.csv:4: the row has 9 cells, the header 8");
}

#[test]
fn lines_are_counted_past_blank_lines_quotes_and_windows_ends() {
    let row = "u1,home,1,1,a,0,2,tr";
    let at = |text: String| load_text(&text).unwrap_err().line().unwrap();
    assert_eq!(at(with_row(row).replace('\n', "\r\n")), 4);
    assert_eq!(at(format!("{HEADER}\n\n{row}\n")), 4);
    assert_eq!(at(format!("{HEADER}\r\n\r\n{row}\r\n")), 4);
    let quoted = format!("{HEADER}\"u\n1\",home,1,1,a,0,1,tr\n{row}\n");
    assert_eq!(at(quoted), 4);
}

#[test]
fn values_that_are_not_what_the_field_says() {
    for (row, expected) in [
        (
            "u1,home,cheap,1,a,0,1,tr",
            r#"column "price": value "cheap" is not a number"#,
        ),
        (
            "u1,home,NaN,1,a,0,1,tr",
            r#"column "price": value "NaN" is not a finite number"#,
        ),
        (
            "u1,home,1,-inf,a,0,1,tr",
            r#"column "weight": value "-inf" is not a finite number"#,
        ),
        (
            "u1,home,1,1e300,a,0,1,tr",
            r#"column "weight": value "1e300" is too large"#,
        ),
        (
            "u1,home,1,1,a,noon,1,tr",
            r#"column "time": value "noon" is not a time of format "unix""#,
        ),
        (
            "u1,home,1,1,a,0,2,tr",
            r#"column "bought": label "2" is neither a positive nor a negative label"#,
        ),
        (
            "u1,home,1,1,a,0,,tr",
            r#"column "bought": label "" is neither a positive nor a negative label"#,
        ),
    ] {
        assert_eq!(error_of(&with_row(row)), format!("log.csv:4: {expected}"));
    }
}

#[test]
fn bytes_that_are_not_utf8_are_named_with_line_and_column() {
    let mut bytes = with_row("u?,home,1,1,a,0,1,tr").into_bytes();
    let place = bytes.iter().position(|&byte| byte == b'?').unwrap();
    bytes[place] = 0xe9;
    let error = load(&bytes[..], "log.csv", &shop(), LoadOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "log.csv:4: column \"user\": byte 0xe9 in \"u\u{fffd}\" is not UTF-8 (save the file as UTF-8)"
    );
    assert_eq!(skipping(&bytes).skipped, 1);

    let mut bytes = log().into_bytes();
    bytes[0] = 0xff;
    let error = load(&bytes[..], "log.csv", &shop(), LoadOptions::default()).unwrap_err();
    assert!(
        error.to_string().contains("header's column 1 is not UTF-8"),
        "{error}"
    );
}

/// Gives `first` once and then the same letters for ever.
struct Endless(Vec<u8>, u64);

impl std::io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if !self.0.is_empty() {
            let size = self.0.len().min(buffer.len());
            buffer[..size].copy_from_slice(&self.0[..size]);
            self.0.drain(..size);
            return Ok(size);
        }
        self.1 += buffer.len() as u64;
        assert!(self.1 < 4 << 20, "the reader does not stop");
        buffer.fill(b'x');
        Ok(buffer.len())
    }
}

#[test]
fn a_line_without_end_is_an_error_before_it_is_held() {
    for start in [String::new(), log(), format!("{}\"open quote\n", log())] {
        let endless = Endless(start.clone().into_bytes(), 0);
        let options = LoadOptions {
            on_bad_row: OnBadRow::Skip,
            ..Default::default()
        };
        let error = load(endless, "log.csv", &shop(), options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains("longer than 1 MiB"), "{error}");
        if !start.is_empty() {
            assert_eq!(error.line(), Some(8));
        }
    }
}

#[test]
fn a_long_file_of_short_lines_is_no_long_line() {
    let mut text = log();
    while text.len() < 3 << 20 {
        text.push_str(ROWS);
    }
    assert!(load_text(&text).is_ok());
}

#[test]
fn blank_lines_are_no_long_line() {
    for end in ["\n", "\r\n"] {
        let count = 2 << 20;
        let blank = end.repeat(count);
        let text = format!("{HEADER}{blank}{ROWS}{blank}");
        assert_eq!(load_text(&text).unwrap().columns.rows, ROWS.lines().count());

        let error = error_of(&format!("{HEADER}{blank}u1,p1\n{ROWS}"));
        let place = format!("log.csv:{}: ", HEADER.lines().count() + count + 1);
        assert!(error.starts_with(&place), "{error}");

        let endless = Endless(format!("{HEADER}{blank}").into_bytes(), 0);
        let error = load(endless, "log.csv", &shop(), LoadOptions::default()).unwrap_err();
        assert!(error.to_string().contains("longer than 1 MiB"), "{error}");
    }
}

#[test]
fn damaged_gzip_is_an_error() {
    let error = load(
        &b"\x1f\x8b\x08rest"[..],
        "log.gz",
        &shop(),
        LoadOptions::default(),
    );
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(
        error.to_string().contains("gzip data is damaged"),
        "{error}"
    );
}

#[test]
fn skipped_rows_are_counted_and_the_first_reasons_kept() {
    let mut text = log();
    for row in 0..7 {
        text.push_str(&format!("u1,home,n{row},1,a;b,0,1,tr\n"));
    }
    let report = skipping(text.as_bytes());
    assert_eq!((report.rows, report.skipped), (13, 7));
    assert_eq!(report.skip_reasons.len(), 5);
    assert!(report.skip_reasons[0].contains(":8: column \"price\": value \"n0\""));
}

#[test]
fn a_skipped_row_leaves_no_trace() {
    // The row fails at its label, after all of its fields.
    let options = || LoadOptions {
        on_bad_row: OnBadRow::Skip,
        ..Default::default()
    };
    let text = with_row("u7,cart,7,7,q;r;s,0,maybe,tr");
    let skipped = load(text.as_bytes(), "log.csv", &shop(), options()).unwrap();
    let clean = load_text(&log()).unwrap();
    assert_eq!(skipped.columns, clean.columns);
    assert_eq!(skipped.encoder, clean.encoder);
    assert_eq!(skipped.parts, clean.parts);
}

#[test]
fn nothing_to_train_on() {
    let error = error_of(&log().replace("tr\n", "te\n"));
    assert!(error.contains("no row to train on"), "{error}");
    let error = error_of(
        &log()
            .replace("tr\n", "xx\n")
            .replace("va\n", "xx\n")
            .replace("te\n", "xx\n"),
    );
    assert!(error.contains("no row could be used"), "{error}");
    let options = LoadOptions {
        on_bad_row: OnBadRow::Skip,
        ..Default::default()
    };
    let text = format!("{HEADER}u1,home\n");
    let error = load(text.as_bytes(), "log.csv", &shop(), options).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the first row skipped: log.csv:2: the row has 2")
    );
    let error = error_of(&log().replace("home", "").replace("list", "-1"));
    assert!(error.contains("no training row has a scenario"), "{error}");
}
