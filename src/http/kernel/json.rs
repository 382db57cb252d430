//! JSON as it is read from outside: no member twice, no more values than a body needs, not nested without end.

use super::problem::{Code, Problem};
use serde_json::Value;
use std::collections::HashSet;

/// Most values of one body: a report with every cell and narrative has about five hundred.
const MOST_VALUES: usize = 200_000;
/// Deepest nesting of one body.
const DEEPEST: usize = 64;

/// Reads one JSON value.
pub fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let bad = |key: &'static str, told: Vec<(&'static str, String)>| {
        Problem::new(Code::InvalidJson).detail(key, told)
    };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(bad("empty_body", Vec::new()));
    }
    // Counted before anything is built: the limits hold for memory, not only for what is kept.
    let written = Outline::of(bytes);
    if written.depth > DEEPEST {
        return Err(bad("body_too_deep", vec![("limit", DEEPEST.to_string())]));
    }
    if written.values > MOST_VALUES {
        return Err(bad("body_too_many_values", vec![("limit", MOST_VALUES.to_string())]));
    }
    let value: Value = serde_json::from_slice(bytes).map_err(|error| {
        bad("json", vec![("line", error.line().to_string()), ("column", error.column().to_string())])
    })?;
    // A member written twice is read once.
    if members(&value) != written.members {
        let (name, line) = repeated(bytes).unwrap_or_default();
        return Err(bad("repeated_member", vec![("name", name), ("line", line.to_string())]));
    }
    Ok(value)
}

/// How many members a value has, at every depth.
fn members(value: &Value) -> usize {
    match value {
        Value::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
        Value::Array(items) => items.iter().map(members).sum(),
        _ => 0,
    }
}

/// What the signs of a JSON text tell before it is read.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outline {
    members: usize,
    /// At least as many as there are.
    values: usize,
    depth: usize,
}

impl Outline {
    fn of(bytes: &[u8]) -> Outline {
        let mut outline = Outline { values: 1, ..Outline::default() };
        let mut depth = 0usize;
        for sign in Signs::of(bytes) {
            match sign.byte {
                b'{' | b'[' => {
                    depth += 1;
                    outline.values += 1;
                    outline.depth = outline.depth.max(depth);
                }
                b'}' | b']' => depth = depth.saturating_sub(1),
                b',' => outline.values += 1,
                b':' => outline.members += 1,
                _ => {}
            }
        }
        outline
    }
}

/// A sign outside of the texts, and the text before it.
struct Sign<'t> {
    byte: u8,
    at: usize,
    /// With its quotes.
    text: &'t [u8],
}

/// The signs of a JSON text, in order.
struct Signs<'t> {
    bytes: &'t [u8],
    at: usize,
    text: &'t [u8],
}

impl<'t> Signs<'t> {
    fn of(bytes: &'t [u8]) -> Signs<'t> {
        Signs { bytes, at: 0, text: &[] }
    }

    /// Passes over a text that begins at its quote.
    fn pass_text(&mut self) {
        let begun = self.at;
        self.at += 1;
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'"' => break,
                b'\\' => self.at += 1,
                _ => {}
            }
        }
        self.text = self.bytes.get(begun..self.at).unwrap_or_default();
    }
}

impl<'t> Iterator for Signs<'t> {
    type Item = Sign<'t>;

    fn next(&mut self) -> Option<Sign<'t>> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            match byte {
                b'"' => self.pass_text(),
                b'{' | b'}' | b'[' | b']' | b',' | b':' => {
                    let at = self.at;
                    self.at += 1;
                    return Some(Sign { byte, at, text: self.text });
                }
                _ => self.at += 1,
            }
        }
    }
}

/// The first member that is written twice, and its line.
fn repeated(bytes: &[u8]) -> Option<(String, usize)> {
    let mut open: Vec<HashSet<String>> = Vec::new();
    for sign in Signs::of(bytes) {
        match sign.byte {
            b'{' | b'[' => open.push(HashSet::new()),
            b'}' | b']' => {
                open.pop();
            }
            b':' => {
                let name: String = serde_json::from_slice(sign.text).ok()?;
                if !open.last_mut()?.insert(name.clone()) {
                    let before = bytes.get(..sign.at).unwrap_or_default();
                    return Some((name, before.iter().filter(|byte| **byte == b'\n').count() + 1));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_counted_before_it_is_read() {
        let outline = Outline::of(br#"{"a": [1, 2, {"b": "x,:{\"}"}], "c": {}}"#);
        assert_eq!(outline, Outline { members: 3, values: 8, depth: 3 });
    }

    #[test]
    fn a_member_that_is_written_twice_is_named_however_it_is_spelt() {
        assert!(parse(br#"{"a": {"b": 1}, "c": {"b": 2}}"#).is_ok());
        let twice = b"{\"a\": 1,\n \"b\": {\"c\": 1, \"\\u0063\": 2}}";
        assert_eq!(repeated(twice), Some(("c".to_owned(), 2)));
        assert_eq!(parse(twice).map_err(|problem| problem.code), Err(Code::InvalidJson));
    }

    #[test]
    fn what_nests_without_end_is_not_even_begun() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth)).into_bytes();
        assert!(parse(&nested(DEEPEST)).is_ok());
        assert!(parse(&nested(DEEPEST + 1)).is_err());
        let many = |values: usize| format!("[0{}]", ",0".repeat(values)).into_bytes();
        assert!(parse(&many(MOST_VALUES)).is_err());
    }
}
