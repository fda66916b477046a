//! The words of a JSON text, one after the other. Nothing here knows what they are read to.

use std::borrow::Cow;

use serde::de::{Error as _, Expected, Unexpected};

use super::wrong;
use crate::document::Error;

/// Lists and tables in one another; a text that has more would fill the stack.
const DEEPEST: u32 = 128;

/// A place in a JSON text.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

/// What stands at a place, by its first letter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool,
    Number,
    Text,
    List,
    Table,
}

/// A number: whole, if it is written so and has 64 bits.
pub(super) enum Number {
    Natural(u64),
    Negative(i64),
    Float(f64),
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next letter that is no space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// Takes the next letter if it is this one.
    pub(super) fn take(&mut self, letter: u8) -> bool {
        let there = self.peek() == Some(letter);
        self.at += usize::from(there);
        there
    }

    /// What comes next.
    pub(super) fn kind(&mut self) -> Result<Kind, Error> {
        match self.peek() {
            Some(b'n') => Ok(Kind::Null),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b'"') => Ok(Kind::Text),
            Some(b'[') => Ok(Kind::List),
            Some(b'{') => Ok(Kind::Table),
            Some(_) => wrong("expected value"),
            None => wrong("EOF while parsing a value"),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), Error> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return wrong("expected ident");
        }
        self.at += word.len();
        Ok(())
    }

    pub(super) fn null(&mut self) -> Result<(), Error> {
        self.word("null")
    }

    pub(super) fn bool(&mut self) -> Result<bool, Error> {
        let value = self.byte() == Some(b't');
        self.word(if value { "true" } else { "false" })?;
        Ok(value)
    }

    fn digits(&mut self) -> Result<(), Error> {
        let from = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        if self.at == from {
            return wrong("invalid number");
        }
        Ok(())
    }

    /// The letters of a number.
    pub(super) fn digits_of_number(&mut self) -> Result<&'a str, Error> {
        let from = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        match self.byte() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if let Some(b'0'..=b'9') = self.byte() {
            return wrong("invalid number");
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(&self.text[from..self.at])
    }

    pub(super) fn number(&mut self) -> Result<Number, Error> {
        let digits = self.digits_of_number()?;
        if let Ok(number) = digits.parse() {
            return Ok(Number::Natural(number));
        }
        match digits.parse::<i64>() {
            // There is a zero below zero among the floats alone.
            Ok(number) if number != 0 => Ok(Number::Negative(number)),
            _ => self.float(digits).map(Number::Float),
        }
    }

    pub(super) fn float(&self, digits: &str) -> Result<f64, Error> {
        match digits.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => wrong("number out of range"),
        }
    }

    /// A text without its quotes; it is copied where it has escapes.
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>, Error> {
        self.at += 1;
        let mut unescaped = String::new();
        loop {
            let from = self.at;
            while !matches!(self.byte(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            let plain = &self.text[from..self.at];
            self.at += 1;
            match self.text.as_bytes().get(self.at - 1) {
                Some(b'"') if unescaped.is_empty() => return Ok(Cow::Borrowed(plain)),
                Some(b'"') => {
                    unescaped.push_str(plain);
                    return Ok(Cow::Owned(unescaped));
                }
                Some(b'\\') => {
                    unescaped.push_str(plain);
                    unescaped.push(self.escape()?);
                }
                Some(_) => {
                    return wrong(
                        "control character (\\u0000-\\u001F) found while parsing a string",
                    );
                }
                None => return wrong("EOF while parsing a string"),
            }
        }
    }

    /// The letter of an escape, behind its backslash.
    fn escape(&mut self) -> Result<char, Error> {
        let letter = self.byte();
        self.at += 1;
        Ok(match letter {
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(letter @ (b'"' | b'\\' | b'/')) => char::from(letter),
            Some(b'u') => return self.unicode(),
            _ => return wrong("invalid escape"),
        })
    }

    fn unicode(&mut self) -> Result<char, Error> {
        let first = self.hexadecimal()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first).map_or_else(lone, Ok);
        }
        if !self.text.as_bytes()[self.at..].starts_with(b"\\u") {
            return lone();
        }
        self.at += 2;
        let second = self.hexadecimal()?;
        if !(0xdc00..0xe000).contains(&second) {
            return lone();
        }
        let letter = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        char::from_u32(letter).map_or_else(lone, Ok)
    }

    fn hexadecimal(&mut self) -> Result<u32, Error> {
        let mut value = 0;
        for _ in 0..4 {
            match self.byte().and_then(|byte| char::from(byte).to_digit(16)) {
                Some(digit) => value = value * 16 + digit,
                None => return wrong("invalid escape"),
            }
            self.at += 1;
        }
        Ok(value)
    }

    /// Enters what must begin with `bracket`.
    pub(super) fn open(&mut self, bracket: u8, expected: &dyn Expected) -> Result<(), Error> {
        if !self.take(bracket) {
            return Err(self.refused(expected));
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return wrong("recursion limit exceeded");
        }
        Ok(())
    }

    /// Whether there is another item before `bracket`, which is taken.
    pub(super) fn more(&mut self, first: bool, bracket: u8) -> Result<bool, Error> {
        if self.take(bracket) {
            self.depth -= 1;
            return Ok(false);
        }
        if !first && !self.take(b',') {
            return match self.peek() {
                Some(_) if bracket == b']' => wrong("expected `,` or `]`"),
                Some(_) => wrong("expected `,` or `}`"),
                None if bracket == b']' => wrong("EOF while parsing a list"),
                None => wrong("EOF while parsing an object"),
            };
        }
        match self.peek() {
            Some(letter) if letter == bracket => wrong("trailing comma"),
            Some(letter) if letter != b'"' && bracket == b'}' => wrong("key must be a string"),
            _ => Ok(true),
        }
    }

    pub(super) fn colon(&mut self) -> Result<(), Error> {
        if self.take(b':') {
            return Ok(());
        }
        wrong("expected `:`")
    }

    /// Nothing but space is left.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        match self.peek() {
            None => Ok(()),
            Some(_) => wrong("trailing characters"),
        }
    }

    /// That what comes next is not what was expected.
    pub(super) fn refused(&mut self, expected: &dyn Expected) -> Error {
        self.unexpected(expected).unwrap_or_else(|error| error)
    }

    fn unexpected(&mut self, expected: &dyn Expected) -> Result<Error, Error> {
        let text;
        let unexpected = match self.kind()? {
            Kind::Null => Unexpected::Unit,
            Kind::Bool => Unexpected::Bool(self.bool()?),
            Kind::Number => self.number()?.unexpected(),
            Kind::Text => {
                text = self.text()?;
                Unexpected::Str(&text)
            }
            Kind::List => Unexpected::Seq,
            Kind::Table => Unexpected::Map,
        };
        Ok(Error::invalid_type(unexpected, expected))
    }

    /// An error with the place that it was found at.
    pub(super) fn placed(&self, error: &Error) -> Error {
        let before = &self.text.as_bytes()[..self.at.min(self.text.len())];
        let line_start = before.iter().rposition(|byte| *byte == b'\n');
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let column = before.len() - line_start.map_or(0, |end| end + 1);
        Error::custom(format_args!("{error} at line {line} column {column}"))
    }
}

impl Number {
    pub(super) fn unexpected(&self) -> Unexpected<'static> {
        match self {
            Self::Natural(number) => Unexpected::Unsigned(*number),
            Self::Negative(number) => Unexpected::Signed(*number),
            Self::Float(number) => Unexpected::Float(*number),
        }
    }
}

/// Half of a letter beyond the first 65,536.
fn lone() -> Result<char, Error> {
    wrong("lone surrogate in hex escape")
}
