//! Reading a JSON object member by member, naming every fault at its pointer.

use super::format;
use crate::domain::report::pointer;
use crate::domain::text::Text;
use crate::operations::{AgencyRef, InputFault};
use chrono::NaiveDate;
use serde_json::{Map, Value};

/// A JSON object being read. What nobody asked for is unknown and refused at the end.
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    /// The representation as it is, for server-made members that may be sent back unchanged.
    present: Option<&'a Value>,
    base: String,
    known: Vec<&'static str>,
    pub faults: Vec<InputFault>,
}

impl<'a> Fields<'a> {
    pub fn new(object: &'a Map<String, Value>, present: Option<&'a Value>) -> Fields<'a> {
        Fields { object, present, base: String::new(), known: Vec::new(), faults: Vec::new() }
    }

    pub fn fault(&mut self, name: &str, code: &'static str) {
        self.faults.push(InputFault::new(pointer(&self.base, name), code));
    }

    /// The member, `None` where it is absent or null.
    pub fn take(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// Text of 1 to `most` characters that says something.
    pub fn text(&mut self, name: &'static str, most: usize) -> Option<String> {
        let text = match self.take(name)? {
            Value::String(text) => text,
            _ => {
                self.fault(name, "wrong_type");
                return None;
            }
        };
        match Text::said(text, most) {
            Ok(text) => Some(text.into()),
            Err(refused) => {
                self.fault(name, refused.code());
                None
            }
        }
    }

    pub fn require<T>(&mut self, name: &'static str, value: Option<T>) -> Option<T> {
        let pointer = format!("{}/{name}", self.base);
        if value.is_none() && !self.faults.iter().any(|fault| fault.pointer == pointer) {
            self.fault(name, "required");
        }
        value
    }

    /// Text that its own type reads.
    pub fn read<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let text = match self.take(name)? {
            Value::String(text) => text,
            _ => {
                self.fault(name, "wrong_type");
                return None;
            }
        };
        match read(text) {
            Ok(value) => Some(value),
            Err(code) => {
                self.fault(name, code);
                None
            }
        }
    }

    pub fn day(&mut self, name: &'static str) -> Option<NaiveDate> {
        self.read(name, |text| format::parse_day(text).ok_or("invalid_date"))
    }

    /// A whole number; `3.0` is 3.
    pub fn year(&mut self, name: &'static str) -> Option<i32> {
        let value = self.take(name)?;
        let Value::Number(number) = value else {
            self.fault(name, "wrong_type");
            return None;
        };
        let whole = crate::domain::number::Precision::Count.parse(&number.to_string());
        let year = whole.ok().and_then(|year| crate::domain::year::parse_year(&year.to_string()));
        if year.is_none() {
            self.fault(name, "invalid_number");
        }
        year
    }

    pub fn object(&mut self, name: &'static str) -> Option<&'a Map<String, Value>> {
        match self.take(name)? {
            Value::Object(object) => Some(object),
            _ => {
                self.fault(name, "wrong_type");
                None
            }
        }
    }

    /// A nested object read by its own reader; its faults are told here.
    pub fn nested<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Fields<'a>) -> T) -> Option<T> {
        let object = self.object(name)?;
        let mut inner = Fields::new(object, self.present.and_then(|present| present.get(name)));
        inner.base = format!("{}/{name}", self.base);
        let value = read(&mut inner);
        self.faults.extend(inner.finish());
        Some(value)
    }

    /// A list of objects, each read by its own reader.
    pub fn each<T>(
        &mut self,
        name: &'static str,
        most: usize,
        mut read: impl FnMut(&mut Fields<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Value::Array(items) = self.take(name)? else {
            self.fault(name, "wrong_type");
            return None;
        };
        if items.is_empty() || items.len() > most {
            self.fault(name, "invalid_number");
        }
        let mut found = Vec::new();
        for (at, item) in items.iter().take(most).enumerate() {
            let base = format!("{}/{name}/{at}", self.base);
            let Value::Object(object) = item else {
                self.faults.push(InputFault::new(base, "wrong_type"));
                continue;
            };
            let mut inner = Fields::new(object, None);
            inner.base = base;
            found.extend(read(&mut inner));
            self.faults.extend(inner.finish());
        }
        Some(found)
    }

    /// Members the server makes: taken when they are what they are now, else refused.
    pub fn read_only(&mut self, names: &[&'static str]) {
        for name in names {
            self.known.push(name);
            let Some(sent) = self.object.get(*name) else { continue };
            let now = self.present.and_then(|present| present.get(*name)).unwrap_or(&Value::Null);
            if sent != now {
                self.fault(name, "read_only");
            }
        }
    }

    /// All faults, unknown members included.
    pub fn finish(mut self) -> Vec<InputFault> {
        let object = self.object;
        for name in object.keys().filter(|name| !self.known.contains(&name.as_str())).collect::<Vec<_>>() {
            self.fault(name, "unknown_field");
        }
        self.faults
    }
}

/// Lays a JSON Merge Patch (RFC 7396) over a representation. A null stays: absent and null are the
/// same to every reader here, and a server-made member cannot be patched away unseen.
pub fn merge(present: &Value, patch: &Map<String, Value>) -> Map<String, Value> {
    let mut merged = present.as_object().cloned().unwrap_or_default();
    for (name, value) in patch {
        let value = match value {
            Value::Object(inner) => Value::Object(merge(merged.get(name).unwrap_or(&Value::Null), inner)),
            other => other.clone(),
        };
        merged.insert(name.clone(), value);
    }
    merged
}

/// An agency that a body names, before the body is read whole: the right over it is asked first.
pub fn named_agency(object: &Map<String, Value>, name: &str) -> Option<AgencyRef> {
    object.get(name).and_then(Value::as_str).and_then(|text| text.parse().ok())
}
