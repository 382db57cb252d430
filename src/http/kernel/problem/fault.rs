//! One fault of what was sent: where it is, what it is, and what would be right.

use crate::domain::language::{Language, say};
use crate::operations::InputFault;
use serde_json::{Map, Value, json};

/// One fault of what was sent.
#[derive(Debug, Clone)]
pub struct Fault {
    pub place: Place,
    /// Key in the catalogue's group `fault`.
    pub code: &'static str,
    pub right: Right,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A JSON pointer into the body.
    Pointer(String),
    /// A parameter of the query.
    Parameter(String),
}

/// What would be right, as far as it can be told.
#[derive(Debug, Clone, Default)]
pub struct Right {
    pub allowed: Vec<Value>,
    pub minimum: Option<Value>,
    pub maximum: Option<Value>,
    /// Most characters or items.
    pub limit: Option<u64>,
    /// The name that was probably meant.
    pub suggestion: Option<String>,
}

impl Right {
    pub fn one_of<'n>(names: impl IntoIterator<Item = &'n str>) -> Right {
        Right { allowed: names.into_iter().map(Value::from).collect(), ..Right::default() }
    }

    /// The one of some names that is nearest to another, if one is near.
    pub fn named_like<'n>(given: &str, known: impl IntoIterator<Item = &'n str>) -> Right {
        let near = given.chars().count() / 3 + 1;
        let known = known.into_iter().map(|name| (strsim::osa_distance(given, name), name));
        let nearest = known.filter(|(distance, _)| *distance <= near).min();
        Right { suggestion: nearest.map(|(_, name)| name.to_owned()), ..Right::default() }
    }
}

impl From<InputFault> for Fault {
    fn from(fault: InputFault) -> Fault {
        Fault::at(fault.pointer, fault.code)
    }
}

impl From<(String, &'static str)> for Fault {
    fn from((parameter, code): (String, &'static str)) -> Fault {
        Fault::of_parameter(parameter, code)
    }
}

impl Fault {
    /// At a pointer into the body.
    pub fn at(pointer: impl Into<String>, code: &'static str) -> Fault {
        Fault { place: Place::Pointer(pointer.into()), code, right: Right::default() }
    }

    /// At a parameter of the query.
    pub fn of_parameter(name: impl Into<String>, code: &'static str) -> Fault {
        Fault { place: Place::Parameter(name.into()), code, right: Right::default() }
    }

    /// The member of the body that it stands in.
    pub fn member(&self) -> &str {
        match &self.place {
            Place::Pointer(pointer) => pointer.split('/').nth(1).unwrap_or_default(),
            Place::Parameter(_) => "",
        }
    }

    pub fn right(mut self, right: Right) -> Fault {
        self.right = right;
        self
    }

    /// As a member of `errors`.
    pub fn body(&self, language: Language) -> Value {
        let (member, place) = match &self.place {
            Place::Pointer(pointer) => ("pointer", pointer),
            Place::Parameter(name) => ("parameter", name),
        };
        let mut body = Map::new();
        body.insert(member.to_owned(), json!(place));
        body.insert("code".to_owned(), json!(self.code));
        body.insert("message".to_owned(), json!(self.message(language)));
        let Right { allowed, minimum, maximum, limit, suggestion } = &self.right;
        let told = [
            ("allowed", (!allowed.is_empty()).then(|| json!(allowed))),
            ("minimum", minimum.clone()),
            ("maximum", maximum.clone()),
            ("limit", limit.map(Value::from)),
            ("suggestion", suggestion.as_deref().map(Value::from)),
        ];
        body.extend(told.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        Value::Object(body)
    }

    fn message(&self, language: Language) -> String {
        let mut said = vec![say("fault", self.code, language, &[])];
        let right = |key: &str, arguments: &[(&str, &str)]| say("right", key, language, arguments);
        let Right { allowed, minimum, maximum, limit, suggestion } = &self.right;
        if !allowed.is_empty() {
            let names: Vec<String> = allowed.iter().map(plain).collect();
            let between = if language == Language::Chinese { "、" } else { ", " };
            said.push(right("allowed", &[("allowed", &names.join(between))]));
        }
        match (minimum.as_ref().map(plain), maximum.as_ref().map(plain)) {
            (Some(least), Some(most)) => {
                said.push(right("range", &[("minimum", &least), ("maximum", &most)]));
            }
            (Some(least), None) => said.push(right("minimum", &[("minimum", &least)])),
            (None, Some(most)) => said.push(right("maximum", &[("maximum", &most)])),
            (None, None) => {}
        }
        if let Some(limit) = limit {
            let of = if self.code == "too_long" { "characters" } else { "items" };
            said.push(right(of, &[("limit", &limit.to_string())]));
        }
        if let Some(suggestion) = suggestion {
            said.push(right("suggestion", &[("suggestion", suggestion)]));
        }
        said.join(if language == Language::Chinese { "；" } else { "; " })
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_tells_what_would_be_right() {
        let fault = Fault::at("/level", "invalid_value").right(Right::one_of(["county", "township"]));
        assert_eq!(
            fault.message(Language::English),
            "is not one of the allowed values; allowed: county, township"
        );
        let fault = Fault::of_parameter("limit", "invalid_number").right(Right {
            minimum: Some(json!(1)),
            maximum: Some(json!(200)),
            ..Right::default()
        });
        assert_eq!(fault.message(Language::Chinese), "应为允许范围内的整数；1 到 200");
        let fault =
            Fault::at("/titel", "unknown_field").right(Right::named_like("titel", ["title", "table"]));
        assert_eq!(fault.body(Language::English)["suggestion"], "title");
        assert!(Right::named_like("xyz", ["title"]).suggestion.is_none());
    }
}
