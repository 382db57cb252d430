//! JSON of bounded size in which no object names a member twice.

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::cell::Cell;
use std::collections::HashSet;

/// Most values of a document; a report has some three hundred.
const MOST_VALUES: usize = 200_000;

/// Why bytes are no JSON object that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFault {
    /// The key of what is said about it in the catalogue's group `detail`.
    pub key: &'static str,
    pub line: usize,
    pub column: usize,
}

/// Reads a JSON object.
pub fn object(bytes: &[u8]) -> Result<Map<String, Value>, JsonFault> {
    let fault = |key| JsonFault { key, line: 0, column: 0 };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(fault("empty_body"));
    }
    let left = Cell::new(MOST_VALUES);
    let at = |error: serde_json::Error| {
        let key = if left.get() == 0 {
            "too_many_values"
        } else if error.is_data() {
            "repeated_member"
        } else {
            "json"
        };
        JsonFault { key, line: error.line(), column: error.column() }
    };
    // Counted before anything is built up: a value takes a hundred times the bytes it is written in.
    let mut counting = serde_json::Deserializer::from_slice(bytes);
    Counted(&left).deserialize(&mut counting).map_err(at)?;
    counting.end().map_err(at)?;
    match serde_json::from_slice(bytes).map_err(at)? {
        Value::Object(object) => Ok(object),
        _ => Err(fault("not_an_object")),
    }
}

/// Any JSON, read only to see how much of it there is and that no member is repeated.
struct Counted<'c>(&'c Cell<usize>);

impl Counted<'_> {
    fn count<E: serde::de::Error>(&self) -> Result<(), E> {
        let left = self.0.get().saturating_sub(1);
        self.0.set(left);
        if left == 0 { Err(E::custom("too many values")) } else { Ok(()) }
    }
}

impl<'de> DeserializeSeed<'de> for Counted<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Counted<'_> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            map.next_value_seed(Counted(self.0))?;
            if !seen.insert(key) {
                return Err(serde::de::Error::custom("repeated member"));
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Counted(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let key = |text: &str| object(text.as_bytes()).map_err(|fault| (fault.key, fault.line, fault.column));
        assert!(key(r#"{"a": [1, 2.50, {"b": null}]}"#).is_ok());
        assert_eq!(key("  "), Err(("empty_body", 0, 0)));
        assert_eq!(key("[1]"), Err(("not_an_object", 0, 0)));
        assert_eq!(key("{\n\"a\": }").map_err(|fault| (fault.0, fault.1)), Err(("json", 2)));
        assert_eq!(key("{} {}").map_err(|fault| fault.0), Err("json"));
        assert_eq!(key(r#"{"a": 1, "a": 2}"#).map_err(|fault| fault.0), Err("repeated_member"));
        let many = format!("{{\"a\": [{}1]}}", "1,".repeat(MOST_VALUES));
        assert_eq!(key(&many).map_err(|fault| fault.0), Err("too_many_values"));
    }
}
